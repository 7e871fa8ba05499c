package dev.previews.gateway;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;

/** Answers that few servers give, chosen by path. */
@SuppressWarnings("StringConcatToTextBlock") // the line ends are the point
final class OddService implements AutoCloseable {
  private final CountDownLatch mayRead = new CountDownLatch(1);
  private final RawService service;

  OddService() throws IOException {
    service = new RawService(this::answer);
  }

  private void answer(InputStream in, OutputStream out) throws Exception {
    while (true) {
      String head = RawService.head(in);
      String path = head.split(" ")[1];
      switch (path) {
        case "/trailers" ->
            RawService.send(
                out,
                "HTTP/1.1 200 OK\r\n"
                    + "Transfer-Encoding: chunked\r\n"
                    + "Trailer: x-sum\r\n\r\n"
                    + "5\r\n"
                    + "hello\r\n"
                    + "0\r\n"
                    + "x-sum: 42\r\n\r\n");
        case "/until-end" -> {
          RawService.send(out, "HTTP/1.1 200 OK\r\n\r\nuntil the end");
          return;
        }
        case "/early" ->
            RawService.send(
                out,
                "HTTP/1.1 103 Early Hints\r\n"
                    + "link: </a>\r\n\r\n"
                    + "HTTP/1.1 200 OK\r\n"
                    + "Content-Length: 4\r\n\r\n"
                    + "done");
        case "/cut" -> {
          RawService.send(out, "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nonly this");
          return;
        }
        case "/garbage" -> {
          RawService.send(out, "this is not HTTP\r\n\r\n");
          return;
        }
        case "/slam" -> {
          return;
        }
        case "/continue" -> {
          RawService.send(out, "HTTP/1.1 100 Continue\r\n\r\n");
          byte[] body = in.readNBytes(5);
          RawService.send(
              out,
              "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n"
                  + new String(body, StandardCharsets.US_ASCII));
        }
        case "/late" -> {
          mayRead.await();
          long length = Long.parseLong(head.replaceAll("(?is).*content-length: *(\\d+).*", "$1"));
          in.skipNBytes(length);
          RawService.send(out, "HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nall");
        }
        case "/refuse" ->
            RawService.send(
                out,
                "HTTP/1.1 417 Expectation Failed\r\n"
                    + "Content-Length: 0\r\n"
                    + "Connection: close\r\n\r\n");
        case "/raw" -> {
          RawService.send(
              out,
              "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: tcp\r\n\r\n");
          byte[] all = in.readAllBytes();
          RawService.send(out, "got " + all.length);
          return;
        }
        case "/hop" ->
            RawService.send(
                out,
                "HTTP/1.1 200 OK\r\n"
                    + "Content-Length: 2\r\n"
                    + "Connection: keep-alive, x-mine\r\n"
                    + "Keep-Alive: timeout=5\r\n"
                    + "X-Mine: 1\r\n"
                    + "X-Yours: 2\r\n\r\n"
                    + "ok");
        case "/smuggle" ->
            RawService.send(
                out,
                "HTTP/1.1 200 OK\r\n"
                    + "Content-Length: 3\r\n"
                    + "Transfer-Encoding: chunked\r\n\r\n"
                    + "2\r\n"
                    + "ok\r\n"
                    + "0\r\n\r\n");
        default -> RawService.send(out, "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
      }
    }
  }

  int port() {
    return service.port();
  }

  /** How many connections came. */
  AtomicInteger connections() {
    return service.connections;
  }

  /** Lets {@code /late} read what was sent to it. */
  void answerLate() {
    mayRead.countDown();
  }

  @Override
  public void close() {
    service.close();
  }
}
