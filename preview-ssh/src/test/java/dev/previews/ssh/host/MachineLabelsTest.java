package dev.previews.ssh.host;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.previews.environment.EnvironmentId;
import dev.previews.error.OwnershipException;
import java.util.Map;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class MachineLabelsTest {
  private static final EnvironmentId ID = EnvironmentId.of("shop");

  @ParameterizedTest
  @ValueSource(strings = {"/root/.previews/shop", "/srv/shop", "/home/a b/.previews/shop"})
  void aDirectoryOfAnEnvironmentIsBelowABaseAndNamedAfterIt(String path) {
    assertThat(MachineLabels.directory(ID, Map.of(MachineLabels.DIRECTORY, path))).contains(path);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "/",
        "/shop",
        "//shop",
        "/srv",
        "/srv/other",
        "/srv/shop/",
        "/srv/../shop",
        "/srv/./shop",
        "/srv/x/..",
        "srv/shop",
        "/srv\n/shop"
      })
  void anyOtherIsNone(String path) {
    Map<String, String> labels = Map.of(MachineLabels.DIRECTORY, path);
    assertThat(MachineLabels.directory(ID, labels)).isEmpty();
    assertThat(MachineLabels.directory(ID, Map.of())).isEmpty();
    assertThatThrownBy(() -> MachineLabels.requireDirectory("preview-shop", ID, labels))
        .isInstanceOf(OwnershipException.class)
        .hasMessageContaining("preview-shop");
  }
}
