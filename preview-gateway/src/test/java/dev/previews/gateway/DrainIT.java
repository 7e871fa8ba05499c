package dev.previews.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.net.InetAddress;
import java.net.Socket;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

/** A gateway that leaves ends nothing that is under way. */
@Timeout(60)
class DrainIT {
  @RegisterExtension final PublishedPages site = new PublishedPages();

  @Test
  void whoLeavesFinishesWhatIsUnderWay() throws Exception {
    try (OpenSsh.Running running = site.tunnel("")) {
      CompletableFuture<HttpResponse<String>> slow =
          site.client.sendAsync(
              site.request("/slow").build(), HttpResponse.BodyHandlers.ofString());
      Thread.sleep(300);
      CompletableFuture<Void> left =
          CompletableFuture.runAsync(() -> site.gateway().drain(Duration.ofSeconds(10)));
      await().atMost(Duration.ofSeconds(5)).until(() -> site.admin("/readyz").statusCode() == 503);
      assertThat(slow.get(10, TimeUnit.SECONDS).body()).contains("slow");
      left.get(10, TimeUnit.SECONDS);
      assertThat(running.process().waitFor(10, TimeUnit.SECONDS)).isTrue();
    }
  }

  /** Kept-alive connections are told to end with the answer, so that no request is cut. */
  @Test
  void whoLeavesSaysSoToKeptConnections() throws Exception {
    try (OpenSsh.Running running = site.tunnel("");
        Socket kept =
            new Socket(InetAddress.getLoopbackAddress(), site.gateway().httpAddress().getPort())) {
      kept.setSoTimeout(10_000);
      RawService.send(kept.getOutputStream(), site.raw("/slow"));
      await()
          .atMost(Duration.ofSeconds(5))
          .until(() -> site.gateway().metrics().contains("preview_gateway_requests_active 1\n"));
      CompletableFuture<Void> left =
          CompletableFuture.runAsync(() -> site.gateway().drain(Duration.ofSeconds(10)));
      assertThat(new String(kept.getInputStream().readAllBytes(), StandardCharsets.US_ASCII))
          .startsWith("HTTP/1.1 200 OK")
          .contains("connection: close")
          .endsWith("slow");
      left.get(10, TimeUnit.SECONDS);
      assertThat(running.process().waitFor(10, TimeUnit.SECONDS)).isTrue();
    }
  }
}
