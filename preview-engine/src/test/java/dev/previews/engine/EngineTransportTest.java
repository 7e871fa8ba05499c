package dev.previews.engine;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.github.dockerjava.transport.DockerHttpClient;
import dev.previews.error.ConnectionException;
import dev.previews.error.DeadlineException;
import dev.previews.error.PreviewException;
import dev.previews.error.RemoteCommandException;
import dev.previews.exec.Deadline;
import dev.previews.spi.Dialer;
import dev.previews.spi.DuplexStream;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executors;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The transport against a server that follows a script. */
@Timeout(value = 30, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class EngineTransportTest {
  private static final String OK = "HTTP/1.1 200 OK\r\n";
  private static final String PING = OK + "Api-Version: 1.45\r\nContent-Length: 2\r\n\r\nOK";

  private final ScheduledExecutorService alarms = Executors.newScheduledThreadPool(1);
  private final BlockingQueue<String> requests = new LinkedBlockingQueue<>();
  private ServerSocket server;
  private EngineTransport transport;

  @BeforeEach
  void open() throws IOException {
    server = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
    transport = new EngineTransport(dialer(), alarms);
  }

  @AfterEach
  void close() throws IOException {
    transport.close();
    alarms.shutdownNow();
    server.close();
  }

  private Dialer dialer() {
    return Dialer.to(server.getLocalSocketAddress());
  }

  private interface Script {
    void run(Socket socket) throws Exception;
  }

  /** Serves one connection after the other, each by the next script. */
  private void serve(Script... scripts) {
    Threads.start(
        "scripted-engine",
        () -> {
          for (Script script : scripts) {
            try (Socket socket = server.accept()) {
              script.run(socket);
            } catch (Exception e) {
              // The test sees what is missing.
            }
          }
        });
  }

  private Script answers(String... answers) {
    return socket -> {
      for (String answer : answers) {
        requests.add(readHead(socket.getInputStream()));
        socket.getOutputStream().write(answer.getBytes(ISO_8859_1));
      }
    };
  }

  private static String readHead(InputStream input) throws IOException {
    StringBuilder head = new StringBuilder();
    while (head.indexOf("\r\n\r\n") < 0) {
      int next = input.read();
      if (next < 0) {
        throw new IOException("ended");
      }
      head.append((char) next);
    }
    return head.toString();
  }

  private String get() throws IOException {
    try (DockerHttpClient.Response response = transport.execute(request().build())) {
      return new String(response.getBody().readAllBytes(), UTF_8);
    }
  }

  private static DockerHttpClient.Request.Builder request() {
    return DockerHttpClient.Request.builder()
        .method(DockerHttpClient.Request.Method.GET)
        .path("/x");
  }

  @Test
  void readsChunksAndUsesTheConnectionAgain() throws Exception {
    serve(
        answers(
            OK + "Transfer-Encoding: chunked\r\n\r\n3;a=b\r\nabc\r\n2\r\nde\r\n0\r\nT: x\r\n\r\n",
            "HTTP/1.1 100 Continue\r\n\r\n" + OK + "content-length: 5\r\n\r\nagain"));
    assertThat(get()).isEqualTo("abcde");
    assertThat(get()).isEqualTo("again");
  }

  /** As a reader of JSON does: it closes after the last brace. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "Content-Length: 3\r\n\r\n{}\n",
        "Transfer-Encoding: chunked\r\n\r\n3\r\n{}\n\r\n0\r\n\r\n",
        "Transfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n",
      })
  void theRestOfAnAnswerThatNobodyReadsIsTaken(String answer) throws Exception {
    serve(
        socket -> {
          answers(OK + answer.substring(0, answer.length() - 1)).run(socket);
          Thread.sleep(2); // and the last byte comes a moment later
          socket.getOutputStream().write('\n');
          answers(PING).run(socket);
        });
    try (DockerHttpClient.Response response = transport.execute(request().build())) {
      assertThat(response.getBody().readNBytes(2)).asString(UTF_8).isEqualTo("{}");
    }
    assertThat(get()).isEqualTo("OK");
  }

  @Test
  void anAnswerWithoutABodyLeavesItsConnection() throws Exception {
    serve(answers("HTTP/1.1 204 No Content\r\n\r\n", PING));
    transport.execute(request().build()).close();
    assertThat(get()).isEqualTo("OK");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "Content-Length: 4\r\n\r\n{}", // two are still to come
        "Content-Length: 90000\r\n\r\n{}",
        "Transfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n",
        "Transfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n2\r\n{}\r\n",
        "Transfer-Encoding: chunked\r\n\r\n90000\r\n{}",
      })
  void whereMoreMayComeAConnectionIsNotUsedAgain(String answer) throws Exception {
    serve(
        socket -> {
          answers(OK + answer).run(socket);
          socket.getInputStream().transferTo(OutputStream.nullOutputStream());
        },
        answers(PING));
    try (DockerHttpClient.Response response = transport.execute(request().build())) {
      assertThat(response.getBody().readNBytes(2)).asString(UTF_8).isEqualTo("{}");
    }
    assertThat(get()).isEqualTo("OK");
  }

  @Test
  void closingWhatSomebodyReadsDoesNotWait() throws Exception {
    serve(
        socket -> {
          answers(OK + "Transfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n").run(socket);
          socket.getInputStream().transferTo(OutputStream.nullOutputStream());
        });
    DockerHttpClient.Response response = transport.execute(request().build());
    CompletableFuture<Object> reader =
        CompletableFuture.supplyAsync(
            () -> {
              try {
                return response.getBody().readAllBytes();
              } catch (Exception e) {
                return e;
              }
            });
    Thread.sleep(100);
    response.close();
    assertThat(reader.get(10, TimeUnit.SECONDS)).isNotNull();
  }

  @Test
  void aConnectionThatWasClosedMeanwhileIsReplaced() throws Exception {
    serve(answers(PING), answers(PING));
    assertThat(get()).isEqualTo("OK");
    Thread.sleep(100);
    assertThat(get()).isEqualTo("OK");
  }

  @Test
  void aReadIsAskedOnceMoreWhenItsConnectionIsLost() throws Exception {
    serve(answers(""), answers(PING));
    assertThat(get()).isEqualTo("OK");
    assertThat(requests).hasSize(2);
  }

  @Test
  void noMoreThanOnce() {
    serve(answers(""), answers(""), answers(PING));
    assertThatThrownBy(this::get)
        .isInstanceOf(ConnectionException.class)
        .hasMessageContaining("GET /x");
    assertThat(requests).hasSize(2);
  }

  @Test
  void whatMayChangeSomethingIsNotAskedAgain() {
    serve(answers(""), answers(PING));
    assertThatThrownBy(
            () -> transport.execute(request().method(DockerHttpClient.Request.Method.POST).build()))
        .isInstanceOf(ConnectionException.class)
        .hasMessageContaining("POST /x");
    assertThat(requests).hasSize(1);
  }

  @Test
  void aBodyMayEndWithTheConnection() throws Exception {
    serve(answers(OK + "\r\nto the end"));
    assertThat(get()).isEqualTo("to the end");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "HTTP/1.1 200",
        OK,
        OK + "Transfer-Encoding: chunked\r\n\r\n",
        OK + "Transfer-Encoding: chunked\r\n\r\n5\r\nab",
        OK + "Transfer-Encoding: chunked\r\n\r\n2\r\nab\r\n",
        OK + "Content-Length: 10\r\n\r\nabc",
        "SSH-2.0-OpenSSH\r\n",
        OK + "no header\r\n\r\n",
        OK + "Content-Length: -1\r\n\r\n",
        OK + "Content-Length: 1\r\nContent-Length: 2\r\n\r\n",
        OK + "Transfer-Encoding: chunked\r\n\r\nzz\r\n",
      })
  void aBrokenAnswerIsAConnectionException(String answer) {
    serve(answers(answer));
    assertThatThrownBy(this::get)
        .isInstanceOf(ConnectionException.class)
        .hasMessageContaining("GET /x");
  }

  @Test
  void aHeadWithoutEndIsRefused() {
    serve(
        socket -> {
          readHead(socket.getInputStream());
          socket.getOutputStream().write(OK.getBytes(ISO_8859_1));
          byte[] line = ("A: " + "x".repeat(1000) + "\r\n").getBytes(ISO_8859_1);
          while (true) {
            socket.getOutputStream().write(line);
          }
        });
    assertThatThrownBy(this::get)
        .isInstanceOf(ConnectionException.class)
        .hasMessageContaining("does not end");
  }

  @Test
  void sendsAStreamInChunksAndTakesAnEarlyAnswer() throws Exception {
    serve(
        socket -> {
          requests.add(readHead(socket.getInputStream()));
          socket
              .getOutputStream()
              .write("HTTP/1.1 400 No\r\nContent-Length: 4\r\n\r\nbad!".getBytes(ISO_8859_1));
          socket.shutdownOutput();
          socket.getInputStream().readNBytes(1_000_000);
        });
    DockerHttpClient.Request upload =
        request().body(new ByteArrayInputStream(new byte[1 << 20])).build();
    try (DockerHttpClient.Response response = transport.execute(upload)) {
      assertThat(response.getStatusCode()).isEqualTo(400);
      assertThat(new String(response.getBody().readAllBytes(), UTF_8)).isEqualTo("bad!");
    }
    assertThat(requests.poll(5, TimeUnit.SECONDS)).contains("Transfer-Encoding: chunked");
  }

  @Test
  void whatCannotBeReadIsNotTakenForALostConnection() {
    serve(answers(PING));
    InputStream broken =
        new InputStream() {
          @Override
          public int read() throws IOException {
            throw new IOException("disk");
          }

          @Override
          public int read(byte[] bytes, int offset, int length) throws IOException {
            return read();
          }
        };
    assertThatThrownBy(() -> transport.execute(request().body(broken).build()))
        .isInstanceOf(PreviewException.class)
        .isNotInstanceOf(ConnectionException.class)
        .hasRootCauseMessage("disk");
  }

  @Test
  void anEngineThatDoesNotAnswerMissesTheDeadline() {
    serve(socket -> Thread.sleep(20_000));
    assertThatThrownBy(() -> Engine.open(dialer(), Deadline.in(Duration.ofMillis(200))).close())
        .isInstanceOf(DeadlineException.class)
        .hasMessageContaining("/_ping");
  }

  @Test
  void agreesOnTheOlderOfTheTwoVersions() throws Exception {
    String old = PING.replace("1.45", "1.41");
    serve(answers(old, OK + "Content-Length: 2\r\n\r\n[]"));
    try (Engine engine = Engine.open(dialer(), Deadline.in(Duration.ofSeconds(5)))) {
      assertThat(engine.client().listContainersCmd().exec()).isEmpty();
    }
    requests.take();
    assertThat(requests.take()).startsWith("GET /v1.41/containers/json");
  }

  @Test
  void aWebServerIsNoEngine() {
    serve(answers("HTTP/1.1 404 Not Found\r\nContent-Length: 3\r\n\r\nno!"));
    assertThatThrownBy(() -> Engine.open(dialer(), Deadline.in(Duration.ofSeconds(5))).close())
        .isInstanceOf(ConnectionException.class)
        .hasMessageContaining("no Docker engine");
  }

  @Test
  void anUpgradedConnectionIsARawStreamWithHalfClose() throws Exception {
    serve(
        answers(PING),
        socket -> {
          requests.add(readHead(socket.getInputStream()));
          socket.getInputStream().readNBytes(2);
          socket
              .getOutputStream()
              .write("HTTP/1.1 101 UPGRADED\r\nUpgrade: tcp\r\n\r\nhello ".getBytes(ISO_8859_1));
          socket.getOutputStream().write(socket.getInputStream().readAllBytes());
        });
    try (Engine engine = Engine.open(dialer(), Deadline.in(Duration.ofSeconds(5)))) {
      // The first connection is closed by its script: the upgrade dials another.
      Thread.sleep(100);
      try (DuplexStream stream = engine.hijack("/exec/1/start", Map.of())) {
        stream.output().write("there".getBytes(UTF_8));
        stream.shutdownOutput();
        assertThat(new String(stream.input().readAllBytes(), UTF_8)).isEqualTo("hello there");
      }
    }
  }

  @Test
  void aFailureInsideAGoodStatusIsAFailure() {
    String failure =
        "{\"stream\":\"reading\\n\"}{\"errorDetail\":{\"message\":\"bad tar\"},\"error\":\"x\"}";
    serve(
        answers(PING),
        socket -> {
          readHead(socket.getInputStream());
          socket.getInputStream().readNBytes(5);
          socket
              .getOutputStream()
              .write(
                  (OK + "Content-Length: " + failure.length() + "\r\n\r\n" + failure)
                      .getBytes(ISO_8859_1));
        });
    try (Engine engine = Engine.open(dialer(), Deadline.in(Duration.ofSeconds(5)))) {
      assertThatThrownBy(() -> engine.load(to -> {}, Deadline.in(Duration.ofSeconds(5))))
          .isInstanceOf(RemoteCommandException.class)
          .hasMessageContaining("bad tar");
    }
  }
}
