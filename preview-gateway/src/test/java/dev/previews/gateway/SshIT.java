package dev.previews.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.previews.tunnel.names.ClientId;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The SSH side, with the real OpenSSH client: who comes in, and what it is told. */
@Timeout(90)
class SshIT {
  @RegisterExtension final LimitedGateway gateway = new LimitedGateway();

  @ParameterizedTest
  @CsvSource({"ed25519,256", "rsa,2048", "ecdsa,256", "ecdsa,384"})
  void anyKeyIsTakenAndSaysWhoItIs(String type, int bits) throws Exception {
    OpenSsh client = gateway.client(type, bits);
    String id = ClientId.of(client.publicKey());
    try (OpenSsh.Running hello = client.start("-R", gateway.forward("/web-8080"), "--", "hello")) {
      JsonNode answer = new ObjectMapper().readTree(hello.awaitStdout("\r\n"));
      assertThat(answer.path("clientId").asText()).isEqualTo(id);
      assertThat(answer.path("rootUrl").asText()).isEqualTo("http://tunnels.test:8080/");
      assertThat(answer.path("baseUrl").toString())
          .isEqualTo("{\"hostname\":\"tunnels.test\",\"port\":\"8080\",\"protocol\":\"http:\"}");
      assertThat(answer.path("extensions").toString())
          .isEqualTo("[\"access-link\",\"named-forward\"]");
      assertThat(answer.path("tunnels").path("/web-8080").asText())
          .isEqualTo("http://web-8080-" + id + ".tunnels.test:8080/");
      assertThat(gateway.get("web-8080-" + id, "/hello").body()).isEqualTo("hello");
      assertThat(hello.process().isAlive()).as("it stays while it has tunnels").isTrue();
    }
    await().atMost(Duration.ofSeconds(10)).until(() -> gateway.status("web-8080-" + id) == 503);
  }

  @Test
  void helloWithoutTunnelsEnds() throws Exception {
    try (OpenSsh.Running hello = gateway.ssh().start("--", "hello")) {
      assertThat(hello.awaitExit()).isZero();
      assertThat(hello.stdout()).endsWith("\r\n").contains("\"tunnels\":{}");
    }
  }

  @Test
  void tunnelUrlsAreToldBeforeThereAreTunnels() throws Exception {
    String id = ClientId.of(gateway.ssh().publicKey());
    try (OpenSsh.Running answer = gateway.ssh().start("--", "tunnel-url", "web-demo", "Web.Two")) {
      assertThat(answer.awaitExit()).isZero();
      JsonNode urls = new ObjectMapper().readTree(answer.stdout());
      assertThat(urls.path("web-demo").asText())
          .isEqualTo("http://web-demo-" + id + ".tunnels.test:8080/");
      assertThat(urls.path("Web.Two").asText())
          .matches("http://web-two-[a-z0-9_-]{4}-" + id + "\\..*");
    }
  }

  @Test
  void shellsAndTheRestAreRefused() throws Exception {
    try (OpenSsh.Running shell = gateway.ssh().start("-tt")) {
      assertThat(shell.awaitExit()).isEqualTo(255);
    }
    try (OpenSsh.Running command = gateway.ssh().start("--", "id")) {
      assertThat(command.awaitExit()).isEqualTo(255);
      assertThat(command.stderr()).contains("exec request failed");
    }
    try (OpenSsh.Running subsystem = gateway.ssh().start("-s", "--", "sftp")) {
      assertThat(subsystem.awaitExit()).isEqualTo(255);
    }
    try (OpenSsh.Running direct = gateway.ssh().start("-W", "127.0.0.1:" + gateway.web().port())) {
      assertThat(direct.awaitExit()).isEqualTo(255);
      assertThat(direct.stderr()).containsIgnoringCase("unknown channel type");
    }
    try (OpenSsh.Running x11 =
        gateway.ssh().start("-X", "-o", "XAuthLocation=/none", "--", "hello")) {
      assertThat(x11.awaitExit()).isZero();
      assertThat(x11.stderr()).contains("X11 forwarding request failed");
    }
    try (OpenSsh.Running password =
        gateway
            .ssh()
            .start("-o", "PubkeyAuthentication=no", "-o", "BatchMode=yes", "--", "hello")) {
      assertThat(password.awaitExit()).isEqualTo(255);
      assertThat(password.stderr()).contains("Permission denied (publickey)");
    }
  }

  @Test
  void aStoppedGatewayLetsItsClientsGo() throws Exception {
    try (OpenSsh.Running client =
        gateway.ssh().start("-R", gateway.forward("/web"), "--", "hello")) {
      client.awaitStdout("\r\n");
      gateway.stop();
      assertThat(client.process().waitFor(10, TimeUnit.SECONDS)).isTrue();
    }
  }
}
