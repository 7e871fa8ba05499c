package dev.previews.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import dev.previews.tunnel.agent.Agent;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Objects;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What a connection is encrypted with: that decides how many bytes a second a tunnel takes. */
@Timeout(90)
class CiphersIT {
  private static final Pattern AGREED = Pattern.compile("kex: client->server cipher: (\\S+)");

  @TempDir Path folder;
  private TunnelGateway gateway;
  private OpenSsh ssh;

  @BeforeEach
  void start() throws Exception {
    gateway = LoopbackGateway.at("http://tunnels.test:8080").start();
    ssh = OpenSsh.withNewKey(folder, gateway.sshAddress().getPort());
  }

  @AfterEach
  void stop() {
    gateway.close();
  }

  @Test
  void anOpenSshClientThatLikesChaCha20BestGetsAes() throws Exception {
    assertThat(agreed("-o", "Ciphers=chacha20-poly1305@openssh.com,aes128-ctr"))
        .isEqualTo("aes128-ctr");
    assertThat(agreed()).startsWith("aes");
  }

  @Test
  void theAgentGetsTheQuickest() throws Exception {
    assertThat(agreed("-o", "Ciphers=" + ciphersOfTheAgent())).isEqualTo("aes128-gcm@openssh.com");
  }

  private String agreed(String... options) throws Exception {
    String[] arguments = new String[options.length + 3];
    System.arraycopy(options, 0, arguments, 0, options.length);
    arguments[options.length] = "-v";
    arguments[options.length + 1] = "--";
    arguments[options.length + 2] = "hello";
    try (OpenSsh.Running hello = ssh.start(arguments)) {
      assertThat(hello.awaitExit()).as(hello.stderr()).isZero();
      Matcher agreed = AGREED.matcher(hello.stderr());
      assertThat(agreed.find()).as(hello.stderr()).isTrue();
      return agreed.group(1);
    }
  }

  private static String ciphersOfTheAgent() throws IOException {
    try (InputStream in = Agent.class.getResourceAsStream("agent.sh")) {
      String script = new String(Objects.requireNonNull(in).readAllBytes(), StandardCharsets.UTF_8);
      Matcher list = Pattern.compile("(?m)^ciphers=(\\S+)$").matcher(script);
      assertThat(list.find()).isTrue();
      return list.group(1);
    }
  }
}
