package dev.previews.engine;

import com.github.dockerjava.transport.DockerHttpClient;
import dev.previews.spi.DuplexStream;
import java.io.InputStream;
import java.util.List;
import java.util.Map;

/** An answer of the engine, whose body is read as it comes. */
final class HttpResponse implements DockerHttpClient.Response {
  private final HttpHead head;
  private final ResponseBody body;
  private final HttpConnection connection;

  HttpResponse(HttpHead head, ResponseBody body, HttpConnection connection) {
    this.head = head;
    this.body = body;
    this.connection = connection;
  }

  /** docker-java takes an upgrade for an error: to it the stream is the body of a 200. */
  @Override
  public int getStatusCode() {
    return head.status() == 101 ? 200 : head.status();
  }

  @Override
  public Map<String, List<String>> getHeaders() {
    return head.headers();
  }

  @Override
  public InputStream getBody() {
    return body;
  }

  DuplexStream raw() {
    return connection.raw();
  }

  @Override
  public void close() {
    body.close();
  }
}
