package dev.previews.ssh;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.previews.error.InvalidInputException;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SshDriverProviderTest {
  private final SshDriverProvider provider = new SshDriverProvider();

  @Test
  void addressesNameOneHostOrSeveral() {
    assertThat(provider.parse(URI.create("ssh://deploy@host:2222")))
        .hasToString("ssh to deploy@host:2222");
    assertThat(provider.parse(URI.create("ssh://a,b@c,d:33?installDocker=true&identity=/k%20ey")))
        .hasToString("ssh to a, b@c, d:33");
    assertThat(provider.parse(URI.create("ssh://a?agent=/s&connectTimeout=30&keepAlive=5,15")))
        .hasToString("ssh to a");
  }

  private Ssh.Settings parsed(String address) {
    return ((Ssh) provider.parse(URI.create(address))).settings();
  }

  /** Each option as an address says it, and as Java does. */
  private static Map<String, UnaryOperator<Ssh>> options() {
    Map<String, UnaryOperator<Ssh>> options = new LinkedHashMap<>();
    options.put("acceptNewHostKeys=true", ssh -> ssh.acceptNewHostKeys());
    options.put("agent=/run/agent", ssh -> ssh.agent(Path.of("/run/agent")));
    options.put("config=/c+d", ssh -> ssh.config(Path.of("/c+d")));
    options.put("connectTimeout=7", ssh -> ssh.connectTimeout(Duration.ofSeconds(7)));
    options.put("directory=/srv/p", ssh -> ssh.directory("/srv/p"));
    options.put("engineSocket=/run/e", ssh -> ssh.engineSocket("/run/e"));
    options.put("identity=/k%20ey", ssh -> ssh.identity(Path.of("/k ey")));
    options.put("installDocker=true", ssh -> ssh.installDocker());
    options.put(
        "keepAlive=6,19", ssh -> ssh.keepAlive(Duration.ofSeconds(6), Duration.ofSeconds(19)));
    options.put("knownHosts=/hosts", ssh -> ssh.knownHosts(Path.of("/hosts")));
    return options;
  }

  @Test
  void anOptionOfAnAddressIsThatOfJava() {
    Ssh.Settings usual = Ssh.ssh("box").settings();
    assertThat(parsed("ssh://box")).isEqualTo(usual);
    options()
        .forEach(
            (option, java) ->
                assertThat(parsed("ssh://box?" + option))
                    .as(option)
                    .isEqualTo(java.apply(Ssh.ssh("box")).settings())
                    .isNotEqualTo(usual));
    assertThat(parsed("ssh://box?installDocker=false")).isEqualTo(usual);
    assertThat(parsed("ssh://box?acceptNewHostKeys=false"))
        .as("which is more than nothing said: a configuration may accept them")
        .isEqualTo(Ssh.ssh("box").acceptNewHostKeys(false).settings())
        .isNotEqualTo(usual);
  }

  @Test
  void allOptionsTogetherAreThoseOfJava() {
    Ssh java = Ssh.ssh().hosts("a", "b@c", "d:33");
    for (UnaryOperator<Ssh> option : options().values()) {
      java = option.apply(java);
    }
    String address = "ssh://a,b@c,d:33?" + String.join("&", options().keySet());
    assertThat(parsed(address)).isEqualTo(java.settings());
    assertThat(parsed("ssh://a?identity=/1&identity=/2").options().identities())
        .containsExactly(Path.of("/1"), Path.of("/2"));
    List<String> names = options().keySet().stream().map(it -> it.replaceFirst("=.*", "")).toList();
    assertThatThrownBy(() -> parsed("ssh://a?none=1"))
        .as("these are all that there are")
        .hasMessageContaining(names.toString());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "ssh:host",
        "ssh://host/path",
        "ssh://host?no=1",
        "ssh://host?installDocker=yes",
        "ssh://host?directory=relative",
        "ssh://host?directory=/srv/../etc",
        "ssh://host?directory=/srv//previews",
        "ssh://host?directory=/",
        "ssh://host?connectTimeout=0",
        "ssh://host?connectTimeout=10s",
        "ssh://host?keepAlive=5",
        "ssh://host?keepAlive=15,5",
        "ssh://host,host"
      })
  void whatIsWrongIsRefused(String address) {
    assertThatThrownBy(() -> provider.parse(URI.create(address)))
        .isInstanceOf(InvalidInputException.class);
  }

  @Test
  void aPasswordIsRefusedAndNotRepeated() {
    assertThatThrownBy(() -> provider.parse(URI.create("ssh://root:s3cret@host")))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageNotContaining("s3cret");
  }
}
