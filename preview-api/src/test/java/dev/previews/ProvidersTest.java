package dev.previews;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.previews.error.InvalidInputException;
import dev.previews.error.MissingProviderException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;

/** On this class path there is no provider at all. */
class ProvidersTest {
  @Test
  void aTunnelThatIsNotOnTheClassPathIsNamedWithItsArtifact() {
    for (String address : List.of("ssh://gateway.test", "ssh+tls://gateway.test")) {
      assertThatThrownBy(() -> Previews.builder().tunnel(address))
          .isInstanceOf(MissingProviderException.class)
          .hasMessageContaining("add dev.previews:preview-tunnel");
    }
  }

  @Test
  void whatIsMissingIsNamedByItsArtifact() {
    assertThatThrownBy(() -> Previews.builder().driver("docker"))
        .isInstanceOf(MissingProviderException.class)
        .hasMessageContaining(
            "no driver 'docker' on the class path: add dev.previews:preview-docker");
    assertThatThrownBy(() -> Previews.builder().driver("ssh://deploy@host"))
        .isInstanceOf(MissingProviderException.class)
        .hasMessageContaining("dev.previews:preview-ssh");
    assertThatThrownBy(() -> Previews.builder().list())
        .isInstanceOf(MissingProviderException.class)
        .hasMessageContaining("dev.previews:preview-docker");
    assertThatThrownBy(() -> Previews.builder().id("x").up(Path.of("compose.yaml")))
        .isInstanceOf(MissingProviderException.class)
        .hasMessageContaining("dev.previews:preview-compose")
        .hasMessageContaining("a class loader hides it, give deployer(…) the object");
  }

  @Test
  void whatIsNoAddressIsRefused() {
    assertThatThrownBy(() -> Previews.builder().driver("no such thing"))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("kube://namespace");
    assertThatThrownBy(() -> Previews.builder().driver(""))
        .isInstanceOf(InvalidInputException.class);
  }
}
