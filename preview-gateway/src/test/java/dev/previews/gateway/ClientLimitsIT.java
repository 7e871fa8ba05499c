package dev.previews.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

/** How much a client may have. */
@Timeout(90)
class ClientLimitsIT {
  @RegisterExtension final LimitedGateway gateway = new LimitedGateway();

  @Test
  void aClientHasNoMoreConnectionsThanItMay() throws Exception {
    try (OpenSsh.Running one = gateway.ssh().start("-R", gateway.forward("/a"), "--", "hello");
        OpenSsh.Running two = gateway.ssh().start("-R", gateway.forward("/b"), "--", "hello");
        OpenSsh.Running three = gateway.ssh().start("-R", gateway.forward("/c"), "--", "hello")) {
      for (OpenSsh.Running client : List.of(one, two, three)) {
        client.awaitStdout("\r\n");
      }
      try (OpenSsh.Running four = gateway.ssh().start("-R", gateway.forward("/d"), "--", "hello")) {
        assertThat(four.awaitExit()).isEqualTo(255);
      }
      try (OpenSsh.Running other =
          gateway.client().start("-R", gateway.forward("/d"), "--", "hello")) {
        other.awaitStdout("\r\n");
      }
    }
  }

  @Test
  void aClientHasNoMoreTunnelsThanItMay() throws Exception {
    String[] arguments = new String[2 * 21 + 2];
    for (int i = 0; i < 21; i++) {
      arguments[2 * i] = "-R";
      arguments[2 * i + 1] = gateway.forward("/web" + i);
    }
    arguments[42] = "-v";
    arguments[43] = "-N";
    try (OpenSsh.Running refused = gateway.ssh().start(arguments)) {
      assertThat(refused.awaitExit()).isEqualTo(255);
      assertThat(refused.stderr()).contains("a client may have 20 tunnels");
    }
    try (OpenSsh.Running one = gateway.ssh().start("-R", gateway.forward("/web0"), "--", "hello")) {
      one.awaitStdout("\r\n");
    }
  }
}
