package dev.previews;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.previews.environment.EnvironmentId;
import dev.previews.environment.ServicePort;
import dev.previews.spi.ExposedService;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.Test;

class LoopbackTunnelTest {
  private static final ServicePort WEB = ServicePort.of("web", 8080);
  private static final ServicePort TLS = ServicePort.of("web", 443);
  private static final List<ExposedService> SERVICES =
      List.of(
          ExposedService.of("web", List.of(WEB, TLS), Map.of()),
          ExposedService.of("worker", List.of(), Map.of()));

  @Test
  void plansOneUrlForEachPublishedPortOnTheLoopback() {
    try (LoopbackTunnel tunnel = new LoopbackTunnel(EnvironmentId.of("plan"))) {
      Map<ServicePort, URI> urls = tunnel.plan(SERVICES).urls();
      assertThat(urls).containsOnlyKeys(TLS, WEB);
      assertThat(urls.get(WEB)).hasScheme("http").hasHost("127.0.0.1");
      assertThat(urls.get(TLS)).hasScheme("https");
      assertThat(urls.get(WEB).getPort()).isBetween(20_000, 29_999);
    }
  }

  @Test
  void theSamePortAgainWhileItIsFreeAndAnotherOneElse() {
    EnvironmentId id = EnvironmentId.of("t" + UUID.randomUUID().toString().substring(0, 8));
    URI first;
    try (LoopbackTunnel tunnel = new LoopbackTunnel(id)) {
      first = tunnel.plan(SERVICES).urls().get(WEB);
      try (LoopbackTunnel second = new LoopbackTunnel(id)) {
        assertThat(second.plan(SERVICES).urls().get(WEB)).isNotEqualTo(first);
      }
    }
    try (LoopbackTunnel tunnel = new LoopbackTunnel(id)) {
      assertThat(tunnel.plan(SERVICES).urls().get(WEB)).isEqualTo(first);
    }
  }

  @Test
  void aConnectionBeforeItIsOpenDoesNotLookLikeAnEmptyAnswer() throws IOException {
    try (LoopbackTunnel tunnel = new LoopbackTunnel(EnvironmentId.of("early"))) {
      URI url = tunnel.plan(SERVICES).urls().get(WEB);
      try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), url.getPort())) {
        assertThatThrownBy(() -> socket.getInputStream().read()).isInstanceOf(IOException.class);
      }
    }
  }
}
