package dev.previews.engine;

import com.github.dockerjava.transport.DockerHttpClient;
import dev.previews.error.ConnectionException;
import dev.previews.error.PreviewException;
import dev.previews.exec.Deadline;
import dev.previews.spi.Dialer;
import dev.previews.spi.DuplexStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.channels.ClosedByInterruptException;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * HTTP/1.1 to a Docker engine over the streams of a dialer, for docker-java and for what
 * docker-java falls short of. Streams all bodies; keeps a few idle connections. Thread-safe.
 */
final class EngineTransport implements DockerHttpClient {
  private static final int MOST_IDLE = 4;

  /** Engines and what lies between drop idle connections after minutes. */
  private static final long IDLE_NANOS = TimeUnit.SECONDS.toNanos(20);

  private final Dialer dialer;
  private final ScheduledExecutorService alarms;
  private final Deque<HttpConnection> idle = new ArrayDeque<>();
  private boolean closed;

  EngineTransport(Dialer dialer, ScheduledExecutorService alarms) {
    this.dialer = dialer;
    this.alarms = alarms;
  }

  @Override
  public Response execute(Request request) {
    return execute(request, null);
  }

  /** This transport, whose requests fail when a deadline passes. */
  DockerHttpClient within(Deadline deadline) {
    return new DockerHttpClient() {
      @Override
      public Response execute(Request request) {
        return EngineTransport.this.execute(request, deadline);
      }

      @Override
      public void close() {}
    };
  }

  private Response execute(Request request, @Nullable Deadline deadline) {
    byte[] bytes = request.bodyBytes();
    InputStream stream = request.body();
    HttpConnection.Body body =
        bytes != null
            ? HttpConnection.Body.of(bytes)
            : stream != null
                ? HttpConnection.Body.of(stream::transferTo)
                : HttpConnection.Body.NONE;
    InputStream stdin = request.hijackedInput();
    HttpResponse response =
        send(
            new HttpRequest(
                request.method(), request.path(), request.headers(), body, stdin != null),
            deadline);
    if (stdin != null && response.getStatusCode() < 300) {
      pump(stdin, response.raw());
    }
    return response;
  }

  private static void pump(InputStream stdin, DuplexStream stream) {
    Threads.start(
        "preview-engine-stdin",
        () -> {
          try {
            OutputStream output = stream.output();
            byte[] buffer = new byte[64 * 1024];
            for (int n = stdin.read(buffer); n >= 0; n = stdin.read(buffer)) {
              output.write(buffer, 0, n);
              output.flush();
            }
            stream.shutdownOutput();
          } catch (IOException e) {
            stream.close();
          }
        });
  }

  /**
   * Sends a request and reads the head of the answer. When the engine answers before it has read
   * the whole request, the answer counts. What only reads is asked once more when its connection is
   * lost before anything came.
   */
  HttpResponse send(HttpRequest request, @Nullable Deadline deadline) {
    boolean mayFailOnce = request.onlyReads();
    while (true) {
      HttpConnection old = request.repeatable() ? takeIdle() : null;
      HttpConnection connection = old != null ? old : dial(deadline);
      Lease lease = lease(connection, request, deadline);
      try {
        return attempt(request, connection, lease);
      } catch (IOException e) {
        // An idle one may have been closed long ago; a way through a cluster may break now and
        // then.
        boolean again = old != null || mayFailOnce;
        if (!again
            || connection.answered()
            || e instanceof ClosedByInterruptException
            || (deadline != null && deadline.passed())) {
          throw lease.broken(e);
        }
        mayFailOnce &= old != null;
        lease.close();
      } catch (RuntimeException | Error e) {
        lease.close();
        throw e;
      }
    }
  }

  private HttpConnection dial(@Nullable Deadline deadline) {
    if (deadline != null && deadline.passed()) {
      throw deadline.expired("the Docker engine", "it was not asked any more");
    }
    try {
      return new HttpConnection(dialer.dial());
    } catch (IOException e) {
      throw new ConnectionException("cannot reach the Docker engine: " + e.getMessage(), e);
    }
  }

  private Lease lease(HttpConnection connection, HttpRequest request, @Nullable Deadline deadline) {
    return new Lease(connection, alarms, request.toString(), deadline, this::giveBack);
  }

  private HttpResponse attempt(HttpRequest request, HttpConnection connection, Lease lease)
      throws IOException {
    Map<String, String> headers = new HashMap<>(request.headers());
    if (request.upgrade()) {
      headers.put("Connection", "Upgrade");
      headers.put("Upgrade", "tcp");
    }
    IOException unsent = null;
    try {
      connection.send(request.method(), request.path(), headers, request.body());
    } catch (IOException e) {
      if (!connection.sendingFailed()) {
        throw new PreviewException(
            "what was to be sent to the Docker engine with " + request + " cannot be read: " + e,
            e);
      }
      unsent = e;
    }
    HttpHead head;
    try {
      head = connection.receive();
    } catch (IOException e) {
      if (unsent != null) {
        e.addSuppressed(unsent);
      }
      throw e;
    }
    boolean upgraded = head.status() == 101 || (request.upgrade() && head.status() == 200);
    DelimitedBody delimited = upgraded ? null : connection.delimitedBody(request.method(), head);
    if (delimited != null && unsent == null && !head.has("Connection", "close")) {
      lease.reusable();
    }
    ResponseBody body =
        new ResponseBody(delimited != null ? delimited : connection.rawInput(), lease);
    return new HttpResponse(head, body, connection);
  }

  private @Nullable HttpConnection takeIdle() {
    synchronized (idle) {
      while (!idle.isEmpty()) {
        HttpConnection connection = idle.pop();
        if (connection.idleNanos() < IDLE_NANOS) {
          return connection;
        }
        connection.close();
      }
      return null;
    }
  }

  private void giveBack(HttpConnection connection) {
    synchronized (idle) {
      if (!closed && idle.size() < MOST_IDLE) {
        idle.push(connection);
        return;
      }
    }
    connection.close();
  }

  /** Closes the idle connections; those in use end with their answers. */
  @Override
  public void close() {
    synchronized (idle) {
      closed = true;
      idle.forEach(HttpConnection::close);
      idle.clear();
    }
  }
}
