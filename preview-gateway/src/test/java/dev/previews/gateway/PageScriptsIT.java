package dev.previews.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Scripts in pages: where they go, in which encodings, and in which pages. */
@Timeout(60)
class PageScriptsIT {
  @RegisterExtension final PublishedPages site = new PublishedPages();

  private static String inject(String json) {
    return "#inject="
        + Base64.getUrlEncoder()
            .withoutPadding()
            .encodeToString(json.getBytes(StandardCharsets.UTF_8));
  }

  @Test
  void scriptsAreAddedToPages() throws Exception {
    try (OpenSsh.Running running = site.tunnel(inject("[{\"src\":\"/a.js\",\"async\":true}]"))) {
      String a = "<script src=\"/a.js\" async></script>";
      HttpResponse<String> head = site.get("/head");
      assertThat(head.body())
          .isEqualTo(
              "<!doctype html><!-- <head> --><html><HEAD lang=en>"
                  + a
                  + "<title>t</title></head><body>b</body></html>");
      assertThat(head.headers().firstValue("etag").orElse("")).startsWith("\"v1+preevy:");
      assertThat(head.headers().firstValue("x-compressed")).isEmpty();
      assertThat(site.get("/body").body())
          .isEqualTo("<html><head>" + a + "</head><body class=x>b</body></html>");
      assertThat(site.get("/bare").body()).isEqualTo("just text<head>" + a + "</head>");
      assertThat(site.get("/plain").body()).isEqualTo("<html><head></head></html>");
      assertThat(running.process().isAlive()).isTrue();
    }
  }

  @Test
  void aPageThatIsCompressedUnaskedGetsScriptsToo() throws Exception {
    try (OpenSsh.Running running = site.tunnel(inject("[{\"src\":\"/a.js\"}]"))) {
      HttpResponse<String> page = site.get("/gzip");
      assertThat(page.headers().firstValue("content-encoding")).isEmpty();
      assertThat(page.body())
          .isEqualTo("<html><head><script src=\"/a.js\"></script></head>p</html>");
      assertThatThrownBy(() -> site.get("/gzip/bomb")).isInstanceOf(IOException.class);
      assertThatThrownBy(() -> site.get("/gzip/broken")).isInstanceOf(IOException.class);
      assertThat(site.get("/gzip").body()).endsWith("p</html>");
      assertThat(running.process().isAlive()).isTrue();
    }
  }

  @Test
  void aPageInBrGetsScriptsToo() throws Exception {
    try (OpenSsh.Running running = site.tunnel(inject("[{\"src\":\"/a.js\"}]"))) {
      HttpResponse<String> page = site.get("/br");
      assertThat(page.headers().firstValue("content-encoding")).isEmpty();
      assertThat(page.headers().firstValue("x-asked")).contains("identity");
      assertThat(page.body())
          .isEqualTo("<html><head><script src=\"/a.js\"></script></head>p</html>");
      assertThatThrownBy(() -> site.get("/br/bomb")).isInstanceOf(IOException.class);
      assertThatThrownBy(() -> site.get("/br/broken")).isInstanceOf(IOException.class);
      assertThatThrownBy(() -> site.get("/br/cut")).isInstanceOf(IOException.class);
      assertThat(site.get("/br").body()).endsWith("p</html>");
      int connections = site.pages().connections.get();
      assertThat(site.get("/br").body()).endsWith("p</html>");
      assertThat(site.pages().connections.get())
          .as("the service's connection is used again")
          .isEqualTo(connections);
      assertThat(running.process().isAlive()).isTrue();
    }
  }

  @Test
  void theTrailersOfAPageInBrAreKept() throws Exception {
    try (OpenSsh.Running running = site.tunnel(inject("[{\"src\":\"/a.js\"}]"));
        Socket socket =
            new Socket(InetAddress.getLoopbackAddress(), site.gateway().httpAddress().getPort())) {
      socket.setSoTimeout(10_000);
      RawService.send(
          socket.getOutputStream(),
          site.raw("/br").replace("\r\n\r\n", "\r\nConnection: close\r\n\r\n"));
      assertThat(new String(socket.getInputStream().readAllBytes(), StandardCharsets.US_ASCII))
          .contains("/a.js")
          .containsIgnoringCase("0\r\nX-End: yes\r\n\r\n");
      assertThat(running.process().isAlive()).isTrue();
    }
  }

  @Test
  void aPageInBrWithoutScriptsIsPassedOnAsItIs() throws Exception {
    try (OpenSsh.Running running =
        site.tunnel(inject("[{\"src\":\"/a.js\",\"pathRegex\":\"^/other\"}]"))) {
      for (String path : List.of("/br", "/br/broken", "/br/cut", "/br/bomb")) {
        HttpResponse<byte[]> page =
            site.client.send(
                site.request(path).header("Accept-Encoding", "br, gzip").build(),
                HttpResponse.BodyHandlers.ofByteArray());
        assertThat(page.headers().firstValue("content-encoding")).contains("br");
        assertThat(page.headers().firstValue("x-asked")).contains("br, gzip");
        assertThat(page.body()).as(path).isEqualTo(PageService.brotli(path));
      }
      assertThat(running.process().isAlive()).isTrue();
    }
  }

  @Test
  void scriptsAreForPathsAndPatternsEnd() throws Exception {
    try (OpenSsh.Running running =
        site.tunnel(inject("[{\"src\":\"/b.js\",\"pathRegex\":\"^/body\"}]"))) {
      assertThat(site.get("/body").body()).contains("/b.js");
      assertThat(site.get("/head").body()).doesNotContain("/b.js");
      assertThat(running.process().isAlive()).isTrue();
    }
    await().atMost(Duration.ofSeconds(10)).until(() -> site.get("/").statusCode() == 503);
    try (OpenSsh.Running running =
        site.tunnel(inject("[{\"src\":\"/b.js\",\"pathRegex\":\"(a+)+$\"}]"))) {
      long begin = System.nanoTime();
      assertThat(site.get("/?" + "a".repeat(60) + "!").body()).doesNotContain("/b.js");
      assertThat(Duration.ofNanos(System.nanoTime() - begin))
          .as("a pattern that never ends")
          .isLessThan(Duration.ofSeconds(3));
      assertThat(running.process().isAlive()).isTrue();
    }
  }
}
