package dev.previews.ssh.vm.docker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.previews.error.InvalidInputException;
import dev.previews.spi.DriverConfig;
import dev.previews.ssh.vm.Vms;
import java.net.URI;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.assertj.core.api.recursive.comparison.RecursiveComparisonConfiguration;
import org.assertj.core.api.recursive.comparison.RecursiveComparisonDifferenceCalculator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class DockerVmDriverProviderTest {
  private static final RecursiveComparisonConfiguration COMPARISON =
      RecursiveComparisonConfiguration.builder().withIgnoreAllOverriddenEquals(false).build();

  private final DockerVmDriverProvider provider = new DockerVmDriverProvider();

  private static boolean same(DriverConfig one, DriverConfig other) {
    return new RecursiveComparisonDifferenceCalculator()
        .determineDifferences(one, other, COMPARISON)
        .isEmpty();
  }

  /** Each option as an address says it, and as Java does. */
  private static Map<String, Vms> options() {
    Map<String, Vms> options = new LinkedHashMap<>();
    options.put("image=a/b:c", vm("a/b:c").machines());
    options.put("image=m&memory=1073741824", vm("m").memory(1L << 30).machines());
    options.put("image=m&snapshots=true", vm("m").machines().snapshots());
    options.put("image=m&snapshots=false", vm("m").machines());
    options.put(
        "image=m&customise=apt-get%20update", vm("m").machines().customise("apt-get update"));
    options.put(
        "image=m&customise=b&customise=a", vm("m").machines().customise("b").customise("a"));
    options.put(
        "image=m&customise=a&customise=b", vm("m").machines().customise("a").customise("b"));
    options.put(
        "customise=c&snapshots=true&memory=2147483648&image=m",
        vm("m").memory(2L << 30).machines().customise("c").snapshots());
    return options;
  }

  private static DockerVm vm(String image) {
    return DockerVm.dockerVm(image);
  }

  @Test
  void anOptionOfAnAddressIsThatOfJavaAndNoOther() {
    options()
        .forEach(
            (query, java) -> {
              for (String address : List.of("docker-vm://?" + query, "docker-vm:?" + query)) {
                assertThat(options())
                    .as(address)
                    .allSatisfy(
                        (other, vms) ->
                            assertThat(same(provider.parse(URI.create(address)), vms))
                                .as(other)
                                .isEqualTo(same(java, vms)));
                assertThat(same(provider.parse(URI.create(address)), java)).as(address).isTrue();
              }
            });
    assertThat(options().values().stream().filter(it -> same(it, vm("m").machines())).count())
        .as("they differ")
        .isEqualTo(1);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "docker-vm://host?image=x",
        "docker-vm://?memory=1073741824",
        "docker-vm://?image=",
        "docker-vm://?image=x&memory=1",
        "docker-vm://?image=x&memory=1g",
        "docker-vm://?image=x&snapshots=yes",
        "docker-vm://?image=x&size=1"
      })
  void whatIsWrongIsRefused(String address) {
    assertThatThrownBy(() -> provider.parse(URI.create(address)))
        .isInstanceOf(InvalidInputException.class);
  }
}
