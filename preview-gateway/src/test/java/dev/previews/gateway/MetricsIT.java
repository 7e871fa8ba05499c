package dev.previews.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

/** What the port for operators shows. */
@Timeout(60)
class MetricsIT {
  @RegisterExtension final PublishedPages site = new PublishedPages();

  @Test
  void metricsAreShown() throws Exception {
    try (OpenSsh.Running running = site.tunnel("")) {
      site.get("/head");
      site.get("/plain");
      assertThat(running.process().isAlive()).isTrue();
      await()
          .atMost(Duration.ofSeconds(5))
          .untilAsserted(
              () ->
                  assertThat(site.admin("/metrics").body())
                      .contains(
                          "preview_gateway_clients 1\n",
                          "preview_gateway_tunnels 1\n",
                          "preview_gateway_requests_total{status=\"2xx\"} 2\n",
                          "preview_gateway_requests_active 0\n",
                          "preview_gateway_request_seconds_count 2\n")
                      .doesNotContain("preview_gateway_sent_bytes_total 0\n"));
      assertThat(site.admin("/healthz").statusCode()).isEqualTo(200);
      assertThat(site.admin("/readyz").statusCode()).isEqualTo(200);
    }
  }
}
