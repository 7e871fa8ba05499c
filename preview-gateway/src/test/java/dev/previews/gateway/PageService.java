package dev.previews.gateway;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.zip.GZIPOutputStream;

/** Pages in every encoding, whole and broken, chosen by path. */
@SuppressWarnings("StringConcatToTextBlock") // the line ends are the point
final class PageService {
  private static final byte[] CRLF = {'\r', '\n'};

  private PageService() {}

  static RawService start() throws IOException {
    return new RawService(PageService::page);
  }

  private static void page(InputStream in, OutputStream out) throws Exception {
    while (true) {
      String head = RawService.head(in);
      String path = head.split(" ")[1];
      if (path.startsWith("/gzip")) {
        sendGzip(out, path);
        continue;
      }
      if (path.startsWith("/br")) {
        sendBrotli(out, path, head);
        continue;
      }
      String body =
          switch (path.replaceFirst("\\?.*", "")) {
            case "/head" ->
                "<!doctype html><!-- <head> --><html><HEAD"
                    + " lang=en><title>t</title></head><body>b</body></html>";
            case "/body" -> "<html><body class=x>b</body></html>";
            case "/bare" -> "just text";
            case "/slow" -> "slow";
            default -> "<html><head></head></html>";
          };
      if (path.equals("/slow")) {
        Thread.sleep(1500);
      }
      String type = path.startsWith("/plain") ? "text/plain" : "text/html";
      String encoding =
          head.toLowerCase(java.util.Locale.ROOT).contains("accept-encoding: gzip")
              ? "x-compressed: yes\r\n"
              : "";
      RawService.send(
          out,
          "HTTP/1.1 200 OK\r\nContent-Type: "
              + type
              + "\r\nETag: \"v1\"\r\n"
              + encoding
              + "Content-Length: "
              + body.length()
              + "\r\n\r\n"
              + body);
    }
  }

  /** A page that is compressed whatever was asked for, and what only says that it is one. */
  private static void sendGzip(OutputStream out, String path) throws IOException {
    ByteArrayOutputStream body = new ByteArrayOutputStream();
    if (path.equals("/gzip/broken")) {
      body.writeBytes("<html><head></head>p</html>".getBytes(StandardCharsets.UTF_8));
    } else {
      try (OutputStream gzip = new GZIPOutputStream(body)) {
        gzip.write("<html><head></head>p</html>".getBytes(StandardCharsets.UTF_8));
        if (path.equals("/gzip/bomb")) {
          gzip.write(new byte[100 << 20]);
        }
      }
    }
    RawService.send(
        out,
        "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Encoding: gzip\r\n"
            + "Content-Length: "
            + body.size()
            + "\r\n\r\n");
    body.writeTo(out);
    out.flush();
  }

  /** What it sends for a path with br. */
  static byte[] brotli(String path) {
    byte[] page = BrotliSample.PAGE.compressed();
    return switch (path) {
      case "/br/broken" -> BrotliSample.PAGE.text();
      case "/br/bomb" -> BrotliSample.BOMB.compressed();
      case "/br/cut" -> Arrays.copyOf(page, page.length - 1);
      default -> page;
    };
  }

  /** The same page, compressed with br whatever was asked for. */
  private static void sendBrotli(OutputStream out, String path, String head) throws IOException {
    byte[] body = brotli(path);
    RawService.send(
        out,
        "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Encoding: br\r\n"
            + "X-Asked: "
            + head.replaceAll("(?is).*accept-encoding: *([^\r]*).*", "$1")
            + "\r\nTransfer-Encoding: chunked\r\nTrailer: X-End\r\n\r\n");
    for (byte one : body) {
      out.write('1');
      out.write(CRLF);
      out.write(one);
      out.write(CRLF);
      out.flush();
    }
    RawService.send(out, "0\r\nX-End: yes\r\n\r\n");
  }
}
