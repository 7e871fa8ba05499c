package dev.previews.tunnel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.previews.error.InvalidInputException;
import dev.previews.spi.TunnelProvider;
import java.net.URI;
import java.util.List;
import java.util.ServiceLoader;
import org.junit.jupiter.api.Test;

class GatewayOptionsTest {
  @Test
  void bothSchemesAreFoundByName() {
    assertThat(ServiceLoader.load(TunnelProvider.class))
        .extracting(TunnelProvider::scheme)
        .containsExactlyInAnyOrder("ssh", "ssh+tls");
  }

  @Test
  void anAddressMayHaveOptions() {
    for (TunnelProvider provider : ServiceLoader.load(TunnelProvider.class)) {
      URI address =
          URI.create(
              provider.scheme()
                  + "://gateway.test:2222?profile=kube%3A%2F%2Fci%2Ftunnel&image=a/b:1&access=private");
      assertThat(provider.parse(address)).hasToString(provider.scheme() + "://gateway.test:2222");
    }
  }

  @Test
  void whatIsUnknownIsRefused() {
    for (String query :
        List.of("?colour=red", "?access=secret", "?image=", "?trust=/no/such/file", "?profile")) {
      assertThatThrownBy(() -> GatewayOptions.parse(URI.create("ssh://gateway.test" + query)))
          .as(query)
          .isInstanceOf(InvalidInputException.class);
    }
  }
}
