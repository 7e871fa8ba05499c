package dev.previews.tunnel.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.previews.error.InvalidInputException;
import java.net.URI;
import java.util.List;
import org.junit.jupiter.api.Test;

class GatewayAddressTest {
  @Test
  void portsHaveDefaults() {
    assertThat(parse("ssh://gateway.test"))
        .isEqualTo(new GatewayAddress("gateway.test", 22, false));
    assertThat(parse("ssh+tls://gateway.test/"))
        .isEqualTo(new GatewayAddress("gateway.test", 443, true));
    assertThat(parse("ssh://gateway.test:2222")).hasToString("ssh://gateway.test:2222");
  }

  @Test
  void addressesMayBeLiteral() {
    assertThat(parse("ssh://[::1]:2222")).isEqualTo(new GatewayAddress("::1", 2222, false));
    assertThat(parse("ssh://[::1]:2222")).hasToString("ssh://[::1]:2222");
  }

  @Test
  void anythingElseIsRefused() {
    for (String wrong :
        List.of(
            "http://gateway.test",
            "ssh://me@gateway.test",
            "ssh://gateway.test/path",
            "ssh://gateway.test#x",
            "ssh:gateway.test")) {
      assertThatThrownBy(() -> parse(wrong))
          .as(wrong)
          .isInstanceOf(InvalidInputException.class)
          .hasMessageContaining("is not the address of a tunnel gateway");
    }
  }

  private static GatewayAddress parse(String address) {
    return GatewayAddress.parse(URI.create(address));
  }
}
