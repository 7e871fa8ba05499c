package dev.previews.kube;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.previews.error.InvalidInputException;
import dev.previews.spi.DriverProvider;
import java.net.URI;
import java.util.ServiceLoader;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class KubeDriverProviderTest {
  private final KubeDriverProvider provider = new KubeDriverProvider();

  @Test
  void isFoundByItsScheme() {
    assertThat(ServiceLoader.load(DriverProvider.class))
        .extracting(DriverProvider::scheme)
        .contains("kube");
  }

  @Test
  void readsNamespaceAndOptions() {
    assertThat(provider.parse(URI.create("kube://team-a?context=a%20b&kubeconfig=/c+d")))
        .hasToString(
            Kube.kube()
                .namespace("team-a")
                .context("a b")
                .kubeconfig(java.nio.file.Path.of("/c+d"))
                .toString());
    assertThat(provider.parse(URI.create("kube:default"))).hasToString(Kube.kube().toString());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"kube://n?colour=red", "kube://n?context", "kube://n/path", "kube:something"})
  void refusesWhatItDoesNotKnow(String address) {
    assertThatThrownBy(() -> provider.parse(URI.create(address)))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining(address);
  }
}
