package dev.previews.kube;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.previews.error.InvalidInputException;
import dev.previews.spi.DriverProvider;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.ServiceLoader;
import java.util.function.UnaryOperator;
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

  private Kube.Settings parsed(String address) {
    return ((Kube) provider.parse(URI.create(address))).settings();
  }

  /** Each option as an address says it, and as Java does. */
  private static Map<String, UnaryOperator<Kube>> options() {
    Map<String, UnaryOperator<Kube>> options = new LinkedHashMap<>();
    options.put("connectTimeout=7", kube -> kube.connectTimeout(Duration.ofSeconds(7)));
    options.put("context=a%20b", kube -> kube.context("a b"));
    options.put("grace=90", kube -> kube.grace(Duration.ofSeconds(90)));
    options.put("image=r/i:1", kube -> kube.image("r/i:1"));
    options.put("kubeconfig=/c+d", kube -> kube.kubeconfig(Path.of("/c+d")));
    options.put("registryMirror=http://m", kube -> kube.registryMirror("http://m"));
    options.put("schedulingTimeout=8", kube -> kube.schedulingTimeout(Duration.ofSeconds(8)));
    options.put("storageClass=fast", kube -> kube.storageClass("fast"));
    options.put("storageSize=2Gi", kube -> kube.storageSize("2Gi"));
    options.put("waitForRemoval=false", kube -> kube.waitForRemoval(false));
    return options;
  }

  @Test
  void anOptionOfAnAddressIsThatOfJava() {
    Kube.Settings usual = Kube.kube().settings();
    options()
        .forEach(
            (option, java) ->
                assertThat(parsed("kube:///?" + option))
                    .as(option)
                    .isEqualTo(java.apply(Kube.kube()).settings())
                    .isNotEqualTo(usual));
    assertThat(parsed("kube://team-a")).isEqualTo(Kube.kube().namespace("team-a").settings());
    assertThat(parsed("kube:default")).isEqualTo(usual);
    assertThat(parsed("kube:///?waitForRemoval=true")).isEqualTo(usual);
    assertThat(parsed("kube:///?grace=0")).isEqualTo(Kube.kube().grace(Duration.ZERO).settings());
  }

  @Test
  void allOptionsTogetherAreThoseOfJava() {
    Kube java = Kube.kube().namespace("team-a");
    for (UnaryOperator<Kube> option : options().values()) {
      java = option.apply(java);
    }
    String address = "kube://team-a?" + String.join("&", options().keySet());
    assertThat(parsed(address)).isEqualTo(java.settings());
    assertThat(parsed("kube:///?registryMirror=a&registryMirror=b"))
        .isEqualTo(Kube.kube().registryMirror("a").registryMirror("b").settings());
    List<String> names = options().keySet().stream().map(it -> it.replaceFirst("=.*", "")).toList();
    assertThatThrownBy(() -> parsed("kube:///?none=1"))
        .as("these are all that there are")
        .hasMessageContaining(names.toString());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "waitForRemoval=yes",
        "grace=-1",
        "grace=1m",
        "connectTimeout=0",
        "schedulingTimeout=",
      })
  void refusesWhatIsNoValue(String option) {
    assertThatThrownBy(() -> parsed("kube:///?" + option))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("'" + option.replaceFirst(".*=", "") + "' is n");
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
