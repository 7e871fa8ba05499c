package dev.previews.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.previews.tunnel.names.ClientId;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Base64;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Which forwards become tunnels, with the real OpenSSH client, and how they come and go. */
@Timeout(90)
class ForwardsIT {
  @RegisterExtension final LimitedGateway gateway = new LimitedGateway();

  @Test
  void argumentsAreRead() throws Exception {
    String meta =
        Base64.getUrlEncoder()
            .withoutPadding()
            .encodeToString("{\"service\":\"web\"}".getBytes(StandardCharsets.UTF_8));
    String id = ClientId.of(gateway.ssh().publicKey());
    try (OpenSsh.Running hello =
        gateway
            .ssh()
            .start("-R", gateway.forward("/web#access=public;meta=" + meta), "--", "hello")) {
      assertThat(hello.awaitStdout("\r\n")).contains("\"/web#access=public;meta=" + meta + "\"");
      assertThat(gateway.status("web-" + id)).isEqualTo(200);
    }
  }

  @ParameterizedTest
  @CsvSource({
    "/web#access=all",
    "/web#colour=red",
    "/web#meta=!",
    "/#access=public",
    "/web#inject=e30"
  })
  void wrongArgumentsAreRefused(String request) throws Exception {
    try (OpenSsh.Running refused =
        gateway.ssh().start("-v", "-N", "-R", gateway.forward(request))) {
      assertThat(refused.awaitExit()).isEqualTo(255);
      assertThat(refused.stderr()).contains("forwarding failed").contains("Remote: '/");
    }
  }

  @Test
  void plainPortForwardsWorkToo() throws Exception {
    String id = ClientId.of(gateway.ssh().publicKey());
    try (OpenSsh.Running named =
        gateway
            .ssh()
            .start(
                "-R",
                "my-app:80:127.0.0.1:" + gateway.web().port(),
                "-R",
                "4567:127.0.0.1:" + gateway.web().port(),
                "-R",
                "0:127.0.0.1:" + gateway.web().port(),
                "--",
                "hello")) {
      named.awaitStdout("\r\n");
      assertThat(gateway.status("my-app-" + id)).isEqualTo(200);
      assertThat(gateway.status("port-4567-" + id)).isEqualTo(200);
      assertThat(named.stderr()).contains("Allocated port 20000");
      assertThat(gateway.status("port-20000-" + id)).isEqualTo(200);
    }
  }

  @Test
  void forwardsComeAndGoOnALiveConnection() throws Exception {
    String id = ClientId.of(gateway.ssh().publicKey());
    Path control = gateway.folder().resolve("control");
    try (OpenSsh.Running master =
        gateway
            .ssh()
            .start("-M", "-S", control.toString(), "-R", gateway.forward("/one"), "--", "hello")) {
      master.awaitStdout("\r\n");
      try (OpenSsh.Running add =
          gateway
              .ssh()
              .start("-S", control.toString(), "-O", "forward", "-R", gateway.forward("/two"))) {
        assertThat(add.awaitExit()).as(add.stderr()).isZero();
      }
      assertThat(gateway.status("two-" + id)).isEqualTo(200);
      try (OpenSsh.Running cancel =
          gateway
              .ssh()
              .start("-S", control.toString(), "-O", "cancel", "-R", gateway.forward("/one"))) {
        assertThat(cancel.awaitExit()).as(cancel.stderr()).isZero();
      }
      await().atMost(Duration.ofSeconds(5)).until(() -> gateway.status("one-" + id) == 503);
      assertThat(gateway.status("two-" + id)).isEqualTo(200);
      try (OpenSsh.Running again =
          gateway
              .ssh()
              .start("-S", control.toString(), "-O", "forward", "-R", gateway.forward("/one"))) {
        assertThat(again.awaitExit()).isZero();
      }
      assertThat(gateway.status("one-" + id)).isEqualTo(200);
    }
  }

  @Test
  void portsThatWereGivenBackAreNotInTheWay() throws Exception {
    String id = ClientId.of(gateway.ssh().publicKey());
    Path control = gateway.folder().resolve("control");
    String any = "0:127.0.0.1:" + gateway.web().port();
    try (OpenSsh.Running master =
        gateway
            .ssh()
            .start(
                "-M",
                "-S",
                control.toString(),
                "-R",
                any,
                "-R",
                gateway.forward("/web"),
                "--",
                "hello")) {
      master.awaitStdout("\r\n");
      try (OpenSsh.Running add =
          gateway
              .ssh()
              .start(
                  "-S",
                  control.toString(),
                  "-O",
                  "forward",
                  "-R",
                  "0:localhost:" + gateway.web().port())) {
        assertThat(add.awaitExit()).as(add.stderr()).isZero();
        assertThat(add.stdout().trim()).isEqualTo("20001");
      }
      try (OpenSsh.Running cancel =
          gateway.ssh().start("-S", control.toString(), "-O", "cancel", "-R", any)) {
        assertThat(cancel.awaitExit()).as(cancel.stderr()).isZero();
      }
      await().atMost(Duration.ofSeconds(5)).until(() -> gateway.status("port-20000-" + id) == 503);
      try (OpenSsh.Running again =
          gateway.ssh().start("-S", control.toString(), "-O", "forward", "-R", any)) {
        assertThat(again.awaitExit()).as(again.stderr()).isZero();
        assertThat(again.stdout().trim()).isEqualTo("20002");
      }
      assertThat(gateway.status("port-20002-" + id)).isEqualTo(200);
    }
  }
}
