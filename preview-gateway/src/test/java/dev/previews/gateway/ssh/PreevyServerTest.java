package dev.previews.gateway.ssh;

import static dev.previews.tunnel.Gateway.gateway;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.previews.environment.EnvironmentId;
import dev.previews.environment.ServicePort;
import dev.previews.error.ConnectionException;
import dev.previews.error.InvalidInputException;
import dev.previews.spi.Context;
import dev.previews.spi.ExposedService;
import dev.previews.spi.Tunnel;
import dev.previews.tunnel.Access;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.apache.sshd.common.keyprovider.KeyPairProvider;
import org.apache.sshd.server.SshServer;
import org.apache.sshd.server.command.AbstractCommandSupport;
import org.apache.sshd.server.keyprovider.SimpleGeneratorHostKeyProvider;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Our client at a server that answers as Preevy's: nothing more than the protocol. */
@Timeout(60)
class PreevyServerTest {
  private static final String HELLO =
      "{\"clientId\":\"kma0eif1\",\"tunnels\":{},\"baseUrl\":{\"hostname\":\"tunnels.test\",\"port\":\"3000\",\"protocol\":\"http:\"},\"rootUrl\":\"http://tunnels.test:3000/\"}\r\n";

  @TempDir Path folder;
  private final SshServer server = SshServer.setUpDefaultServer();
  private Tunnel tunnel;

  @BeforeEach
  void start() throws IOException {
    server.setHost("127.0.0.1");
    server.setKeyPairProvider(hostKey("RSA", 2048));
    server.setUserAuthFactories(List.of(new KeyAuthentication.Factory()));
    server.setCommandFactory((channel, command) -> new Hello(command));
    server.start();
    tunnel = tunnel();
  }

  private Tunnel tunnel() {
    return gateway("ssh://127.0.0.1:" + server.getPort())
        .profile(folder)
        .access(Access.PRIVATE)
        .create(EnvironmentId.of("pr-12"), Context.within(Duration.ofSeconds(30)));
  }

  private static KeyPairProvider hostKey(String algorithm, int size) {
    SimpleGeneratorHostKeyProvider hostKey = new SimpleGeneratorHostKeyProvider();
    hostKey.setAlgorithm(algorithm);
    hostKey.setKeySize(size);
    return hostKey;
  }

  @AfterEach
  void stop() throws IOException {
    tunnel.close();
    server.stop(true);
  }

  /** Says it and leaves the channel open until its client goes. */
  private static final class Hello extends AbstractCommandSupport {
    Hello(String command) {
      super(command, null);
    }

    @Override
    public void run() {
      try {
        getOutputStream().write(HELLO.getBytes(StandardCharsets.UTF_8));
        getOutputStream().flush();
      } catch (IOException e) {
        onExit(1);
      }
    }
  }

  private static ExposedService web(Map<String, String> labels) {
    return ExposedService.of("web", List.of(ServicePort.of("web", 8080)), labels);
  }

  @Test
  void aLinkToAPrivateServiceIsOneThatItTakes() {
    URI url = tunnel.plan(List.of(web(Map.of()))).urls().values().iterator().next();
    assertThat(url.toString()).matches("http://web-8080-pr-12-[a-z0-9]{8}\\.tunnels\\.test:3000");
    URI link = tunnel.accessUrl(url, Duration.ofHours(1));
    assertThat(link.getHost()).isEqualTo(url.getHost());
    assertThat(link.getPort()).isEqualTo(3000);
    assertThat(link.getUserInfo()).matches("x-preevy-profile-key:[\\w-]+\\.[\\w-]+\\.[\\w-]+");
    assertThat(link.getPath() + "?" + link.getQuery()).isEqualTo("/?_preevy_auth_hint=basic");
  }

  @ParameterizedTest
  @ValueSource(ints = {256, 384, 521})
  void anEcdsaHostKeyIsTakenAndPinned(int size) throws IOException {
    server.setKeyPairProvider(hostKey("EC", size));
    for (int time = 1; time <= 2; time++) {
      try (Tunnel again = tunnel()) {
        assertThat(again.plan(List.of(web(Map.of()))).urls()).hasSize(1);
      }
    }
    assertThat(folder.resolve("host-ssh_127.0.0.1_" + server.getPort()))
        .content()
        .contains("ecdsa-sha2-nistp" + size);
    server.setKeyPairProvider(hostKey("EC", size));
    assertThatThrownBy(() -> tunnel.plan(List.of(web(Map.of()))))
        .isInstanceOf(ConnectionException.class)
        .hasMessageContaining("has another host key than before");
  }

  @Test
  void scriptsThatNeedANameAreRefusedAtOnce() {
    ExposedService service =
        web(Map.of("preevy.inject_script.a.src", "https://scripts.test/" + "a".repeat(80)));
    assertThatThrownBy(() -> tunnel.plan(List.of(service)))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("service 'web': its inject_script labels are too long together")
        .hasMessageContaining("a Preevy tunnel server");
  }
}
