package dev.previews.engine;

import dev.previews.exec.StdinSource;
import dev.previews.spi.DuplexStream;
import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** HTTP/1.1 on one stream, one request after the other. */
final class HttpConnection implements AutoCloseable {
  private static final int BUFFER = 64 * 1024;

  private final DuplexStream stream;
  private final InputStream input;
  private final PeerOutput peer;
  private final OutputStream output;
  private long usedAt = System.nanoTime();
  private volatile boolean answered;

  HttpConnection(DuplexStream stream) {
    this.stream = stream;
    this.input = new BufferedInputStream(stream.input(), BUFFER);
    this.peer = new PeerOutput(stream.output());
    this.output = new BufferedOutputStream(peer, BUFFER);
  }

  /** Writes a request and flushes it; what {@code body} throws of its own is thrown as it is. */
  void send(String method, String path, Map<String, String> headers, Body body) throws IOException {
    StringBuilder head = new StringBuilder(method).append(' ').append(path).append(" HTTP/1.1\r\n");
    head.append("Host: docker\r\n");
    headers.forEach((name, value) -> head.append(name).append(": ").append(value).append("\r\n"));
    if (body.length() >= 0) {
      head.append("Content-Length: ").append(body.length()).append("\r\n");
    } else {
      head.append("Transfer-Encoding: chunked\r\n");
    }
    head.append("\r\n");
    answered = false;
    output.write(head.toString().getBytes(StandardCharsets.UTF_8));
    if (body.length() >= 0) {
      body.source().writeTo(output);
      output.flush();
    } else {
      ChunkedOutput chunks = new ChunkedOutput(output);
      body.source().writeTo(chunks);
      chunks.finish();
    }
  }

  /**
   * Reads the head of the final answer: what comes before with 1xx says nothing, except for 101.
   */
  HttpHead receive() throws IOException {
    input.mark(1);
    answered = input.read() >= 0;
    input.reset();
    HttpHead head = HttpHead.read(input);
    while (head.status() < 200 && head.status() != 101) {
      head = HttpHead.read(input);
    }
    return head;
  }

  /** Whether a failure to send was the connection's own; else what was to be sent failed. */
  boolean sendingFailed() {
    return peer.failed();
  }

  /** Whether anything of an answer to the last request came. */
  boolean answered() {
    return answered;
  }

  /** The body that follows a head; null when it goes on until the connection ends. */
  @Nullable DelimitedBody delimitedBody(String method, HttpHead head) throws IOException {
    if (method.equals("HEAD") || head.status() == 204 || head.status() == 304) {
      return new FixedInput(input, 0);
    }
    if (head.has("Transfer-Encoding", "chunked")) {
      return new ChunkedInput(input);
    }
    long length = head.contentLength();
    return length < 0 ? null : new FixedInput(input, length);
  }

  /** The stream as it is after a 101, or one whose body goes on until its end. */
  DuplexStream raw() {
    return new RawStream(stream, input);
  }

  InputStream rawInput() {
    return input;
  }

  void touch() {
    usedAt = System.nanoTime();
  }

  long idleNanos() {
    return System.nanoTime() - usedAt;
  }

  @Override
  public void close() {
    stream.close();
  }

  /**
   * What a request carries.
   *
   * @param length its length in bytes; -1 when it is not known
   */
  record Body(long length, StdinSource source) {
    static final Body NONE = new Body(0, output -> {});

    static Body of(byte[] bytes) {
      return new Body(bytes.length, output -> output.write(bytes));
    }

    static Body of(StdinSource source) {
      return new Body(-1, source);
    }
  }

  private record RawStream(DuplexStream stream, InputStream input) implements DuplexStream {
    @Override
    public OutputStream output() {
      return stream.output();
    }

    @Override
    public void shutdownOutput() {
      stream.shutdownOutput();
    }

    @Override
    public void close() {
      stream.close();
    }
  }
}
