package dev.previews.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.previews.environment.EnvironmentId;
import dev.previews.error.PreviewException;
import dev.previews.exec.Command;
import dev.previews.exec.Execution;
import dev.previews.kube.Kube;
import dev.previews.kube.KubeDriverProvider;
import dev.previews.machines.TestNamespace;
import dev.previews.machines.TestNetwork;
import dev.previews.machines.TestPod;
import dev.previews.spi.Connection;
import dev.previews.spi.Context;
import dev.previews.spi.Driver;
import dev.previews.spi.DriverConfig;
import dev.previews.spi.Machine;
import java.io.InputStream;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import java.util.function.Predicate;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.api.io.TempDir;

/**
 * The agent in a Pod of a real cluster, with its key in Secrets of the namespace, and with exactly
 * the rights of rbac.yaml.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class KubeAgentIT extends AgentContract {
  private TestNamespace namespace;
  private Path kubeconfig;
  private TestNetwork network;

  @BeforeAll
  void open(@TempDir Path directory) throws Exception {
    namespace = TestNamespace.create();
    try (InputStream rights = Kube.class.getResourceAsStream("rbac.yaml")) {
      namespace.apply(new String(rights.readAllBytes(), StandardCharsets.UTF_8));
    }
    kubeconfig = namespace.kubeconfigOf("previews", directory);
    network = TestNetwork.create("agent-it-" + UUID.randomUUID());
  }

  @AfterAll
  void close() throws Exception {
    if (namespace != null) {
      namespace.close();
    }
    if (network != null) {
      network.remove();
    }
  }

  /** What a profile keeps is of no environment. */
  @AfterEach
  void theKeyIsTheNamespaces() {
    assertThat(namespace.names("secrets")).contains("secret/team-key");
  }

  @Override
  String host() {
    return network.host();
  }

  @Override
  DriverConfig driver() {
    return new KubeDriverProvider().parse(URI.create(namespace.address(kubeconfig)));
  }

  @Override
  String profile() {
    return namespace.secretStore("team", kubeconfig);
  }

  @Override
  boolean throughTls() {
    return true;
  }

  @Override
  List<String> objects() {
    return namespace.objects();
  }

  @Override
  List<Executable> kills() {
    return List.of(this::killPod, this::killEngine);
  }

  private void killPod() {
    String killed = namespace.pods().get(0).uid();
    namespace.killPods("dev.previews.environment=" + id);
    awaitPod(it -> !it.uid().equals(killed));
  }

  /** Waits for the only Pod. */
  private void awaitPod(Predicate<TestPod> wanted) {
    await()
        .atMost(Duration.ofSeconds(90))
        .pollInterval(Duration.ofMillis(500))
        .until(() -> namespace.pods().stream().anyMatch(it -> it.ready() && wanted.test(it)));
  }

  private void killEngine() {
    try (Driver driver = driver().open(context())) {
      Machine machine = driver.find(EnvironmentId.of(id), context()).orElseThrow();
      try (Connection connection = driver.connect(machine, context());
          Execution execution = connection.exec(Command.of("sh", "-c", "kill -ABRT 1"))) {
        execution.await();
      } catch (PreviewException e) {
        // The Pod's container may end with the command.
      }
    }
    awaitPod(it -> it.restarts() > 0);
  }

  private static Context context() {
    return Context.within(Duration.ofMinutes(1));
  }
}
