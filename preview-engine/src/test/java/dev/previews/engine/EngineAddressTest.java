package dev.previews.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.previews.error.InvalidInputException;
import dev.previews.spi.DuplexStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class EngineAddressTest {
  /** The SHA-256 of "far". */
  private static final String FAR =
      "512eea46ceb3921dff4363c7069d89d4964d1d9fccaa0f411851a7aa60a5c868";

  @TempDir Path home;

  private String resolve(
      @Nullable String host, @Nullable String context, Map<String, String> environment) {
    return EngineAddress.resolve(host, context, environment, home).name();
  }

  private void write(String name, String text) throws IOException {
    Path file = home.resolve(name);
    Files.createDirectories(file.getParent());
    Files.writeString(file, text);
  }

  @Test
  void whatIsGivenWinsOverTheEnvironmentAndThatOverTheConfiguration() throws Exception {
    writeContext("far", "tcp://192.0.2.7:2375");
    write(".docker/config.json", "{\"currentContext\":\"far\"}");
    Map<String, String> host = Map.of("DOCKER_HOST", "unix:///h.sock", "DOCKER_CONTEXT", "far");
    assertThat(resolve("unix:///given.sock", null, host)).isEqualTo("unix:///given.sock");
    assertThat(resolve(null, "far", host)).isEqualTo("tcp://192.0.2.7:2375");
    assertThat(resolve(null, null, host)).isEqualTo("unix:///h.sock");
    assertThat(resolve(null, null, Map.of("DOCKER_CONTEXT", "default")))
        .isEqualTo("unix:///var/run/docker.sock");
    assertThat(resolve(null, null, Map.of())).isEqualTo("tcp://192.0.2.7:2375");
    assertThat(resolve(null, null, Map.of("DOCKER_CONFIG", home.resolve("other").toString())))
        .isEqualTo("unix:///var/run/docker.sock");
  }

  @Test
  void aContextOverSshGoesThroughTheCli() throws Exception {
    writeContext("far", "ssh://user@far");
    assertThat(resolve(null, "far", Map.of())).isEqualTo("the docker context 'far'");
  }

  @ParameterizedTest
  @CsvSource({
    "DOCKER_TLS_VERIFY, 1, true",
    "DOCKER_TLS_VERIFY, 0, true",
    "DOCKER_TLS, 1, true",
    "DOCKER_TLS, '', false",
    "DOCKER_CERT_PATH, /certs, false"
  })
  void tlsIsOnWhereTheDockerCliHasItOn(String variable, String value, boolean tls) {
    EngineAddress address =
        EngineAddress.resolve(
            null, null, Map.of("DOCKER_HOST", "tcp://127.0.0.1:1", variable, value), home);
    assertThat(goesThroughTheCli(address)).isEqualTo(tls);
  }

  private static boolean goesThroughTheCli(EngineAddress address) {
    try (DuplexStream stream = address.dialer().dial()) {
      return stream instanceof ProgramStream;
    } catch (IOException e) { // nobody listens there; or there is no CLI here
      return String.valueOf(e.getMessage()).contains("docker CLI");
    }
  }

  @Test
  void aContextThatIsMissingIsNamed() {
    assertThatThrownBy(() -> resolve(null, "far", Map.of()))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("'far'")
        .hasMessageContaining("docker context ls");
  }

  @ParameterizedTest
  @ValueSource(strings = {"/var/run/docker.sock", "ftp://x", "tcp://", "tcp://a b"})
  void wrongAddressesAreRefused(String host) {
    assertThatThrownBy(() -> resolve(host, null, Map.of()))
        .isInstanceOf(InvalidInputException.class);
  }

  @Test
  void aPasswordIsNotShown() {
    assertThat(resolve("ssh://me:secret@far", null, Map.of())).isEqualTo("ssh://me@far");
  }

  private void writeContext(String name, String host) throws IOException {
    write(
        ".docker/contexts/meta/" + FAR + "/meta.json",
        "{\"Name\":\"" + name + "\",\"Endpoints\":{\"docker\":{\"Host\":\"" + host + "\"}}}");
  }
}
