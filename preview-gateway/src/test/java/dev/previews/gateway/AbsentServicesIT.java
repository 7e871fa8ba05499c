package dev.previews.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import dev.previews.tunnel.names.ClientId;
import java.net.http.HttpResponse;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Tunnels whose service does not answer. */
@Timeout(90)
class AbsentServicesIT {
  @RegisterExtension final LimitedGateway gateway = new LimitedGateway();

  /** A firewall drops what is sent to a port: the client neither confirms nor refuses. */
  @Test
  void aServiceThatHangsDisturbsNoOther() throws Exception {
    String id = ClientId.of(gateway.ssh().publicKey());
    try (FullPort hole = new FullPort();
        OpenSsh.Running client =
            gateway
                .ssh()
                .start(
                    "-R",
                    "/hole:127.0.0.1:" + hole.port(),
                    "-R",
                    gateway.forward("/web"),
                    "--",
                    "hello")) {
      client.awaitStdout("\r\n");
      for (int i = 0; i < 2; i++) {
        HttpResponse<String> answer = gateway.get("hole-" + id, "/");
        assertThat(answer.statusCode()).isEqualTo(502);
        assertThat(answer.body()).contains("no answer for 2 s");
        Thread.sleep(300);
        assertThat(client.process().isAlive()).as(client.stderr()).isTrue();
        assertThat(gateway.status("web-" + id)).isEqualTo(200);
      }
      hole.acceptAndAwaitEnds(2);
      assertThat(client.process().isAlive()).as(client.stderr()).isTrue();
      assertThat(gateway.status("web-" + id)).isEqualTo(200);
    }
  }

  @Test
  void aServiceThatIsNotThereIsSaid() throws Exception {
    String id = ClientId.of(gateway.ssh().publicKey());
    try (OpenSsh.Running client = gateway.ssh().start("-R", "/web:127.0.0.1:1", "--", "hello")) {
      client.awaitStdout("\r\n");
      HttpResponse<String> answer = gateway.get("web-" + id, "/hello");
      assertThat(answer.statusCode()).isEqualTo(502);
      assertThat(answer.body()).contains("its service does not answer");
    }
    assertThat(gateway.status("nobody-" + id)).isEqualTo(404);
  }
}
