package dev.previews.docker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.previews.error.InvalidInputException;
import java.net.URI;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class DockerDriverProviderTest {
  @ParameterizedTest
  @ValueSource(
      strings = {
        "docker",
        "docker:///",
        "docker:///?image=a",
        "docker:?image=a",
        "docker://?host=tcp://1.2.3.4:2375&isolated=true&image=a/b:1&machineImage=c"
      })
  void addressesAreRead(String address) {
    assertThat(new DockerDriverProvider().parse(URI.create(address))).isInstanceOf(Docker.class);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "docker://somewhere",
        "docker://?hots=x",
        "docker://?isolated=yes",
        "docker://?image=",
        "docker://?image=a&image=b",
        "docker://?host=unix:///a&context=b"
      })
  void wrongDriverAddressesAreRefused(String address) {
    assertThatThrownBy(() -> new DockerDriverProvider().parse(URI.create(address)))
        .isInstanceOf(InvalidInputException.class);
  }
}
