package dev.previews.kube.connection;

import static org.assertj.core.api.Assertions.assertThat;

import dev.previews.exec.Command;
import dev.previews.exec.Deadline;
import dev.previews.exec.Execution;
import dev.previews.kube.cluster.Cluster;
import dev.previews.kube.cluster.ClusterSettings;
import dev.previews.kube.cluster.FakeServer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A cluster that can be reached through a proxy only. */
class ProxyTest {
  @TempDir Path directory;

  @Test
  void requestsAndWebSocketsGoThroughTheProxyOfTheKubeconfig() throws Exception {
    try (FakeServer server = new FakeServer()) {
      server.on(new FakePod(Set.of("v4.channel.k8s.io")));
      Path file = server.kubeconfig(directory);
      String cluster = "server: \"http://api.invalid\", proxy-url: \"" + server.url() + "\"";
      Files.writeString(
          file, Files.readString(file).replace("server: \"" + server.url() + "\"", cluster));
      ClusterSettings settings = new ClusterSettings(file, null, null, Duration.ofSeconds(30));
      try (Cluster proxied = Cluster.open(settings, Deadline.in(Duration.ofSeconds(30)));
          PodConnection connection =
              new PodConnection(proxied, () -> FakePod.ADDRESS, () -> {}, () -> {});
          Execution execution = connection.exec(Command.of("true"))) {
        assertThat(execution.await()).isZero();
      }
      assertThat(server.requests())
          .anyMatch(it -> it.startsWith("GET /version"))
          .anyMatch(it -> it.startsWith("CONNECT api.invalid"));
    }
  }

  /** What the second JVM runs. */
  public static final class Probe {
    private Probe() {}

    public static void main(String[] arguments) {
      ClusterSettings settings =
          new ClusterSettings(Path.of(arguments[0]), null, null, Duration.ofMinutes(1));
      try (Cluster cluster = Cluster.open(settings, Deadline.in(Duration.ofMinutes(1)))) {
        System.out.println("opened " + cluster.server());
      }
    }
  }

  @Test
  void aNamedKubeconfigHeedsTheProxiesOfTheEnvironment() throws Exception {
    try (FakeServer server = new FakeServer()) {
      Path file = server.kubeconfig(directory);
      Files.writeString(file, Files.readString(file).replace(server.url(), "http://api.invalid"));
      Map<String, String> proxied = Map.of("HTTP_PROXY", server.url());
      assertThat(probe(proxied, file)).contains("opened http://api.invalid");
      Map<String, String> direct = Map.of("HTTP_PROXY", server.url(), "NO_PROXY", "api.invalid");
      assertThat(probe(direct, file)).doesNotContain("opened").contains("cannot be reached");
    }
  }

  private static String probe(Map<String, String> environment, Path kubeconfig) throws Exception {
    ProcessBuilder builder =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:TieredStopAtLevel=1",
                "-cp",
                System.getProperty(
                    "surefire.test.class.path", System.getProperty("java.class.path")),
                Probe.class.getName(),
                kubeconfig.toString())
            .redirectErrorStream(true);
    builder.environment().keySet().removeIf(it -> it.toLowerCase(Locale.ROOT).endsWith("_proxy"));
    builder.environment().putAll(environment);
    Process process = builder.start();
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor(30, TimeUnit.SECONDS)).isTrue();
    return output;
  }
}
