package dev.previews.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import dev.previews.environment.EnvironmentId;
import dev.previews.error.PreviewException;
import dev.previews.exec.Command;
import dev.previews.exec.Execution;
import dev.previews.machines.TestNetwork;
import dev.previews.spi.Connection;
import dev.previews.spi.Context;
import dev.previews.spi.Driver;
import dev.previews.spi.DriverConfig;
import dev.previews.spi.Machine;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.function.Executable;

/** The agent in a Pod of a real cluster, with its key in Secrets of the namespace. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class KubeAgentIT extends AgentContract {
  private KubeNamespace namespace;
  private TestNetwork network;

  @BeforeAll
  void open() throws Exception {
    namespace = new KubeNamespace();
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
    assertThat(namespace.secrets()).contains("team-key");
  }

  @Override
  String host() {
    return network.host();
  }

  @Override
  DriverConfig driver() {
    return namespace.kube();
  }

  @Override
  String profile() {
    return namespace.profile();
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
    return List.of(namespace::killPod, this::killEngine);
  }

  private void killEngine() {
    try (Driver driver = namespace.kube().open(context())) {
      Machine machine = driver.find(EnvironmentId.of(id), context()).orElseThrow();
      try (Connection connection = driver.connect(machine, context());
          Execution execution = connection.exec(Command.of("sh", "-c", "kill -ABRT 1"))) {
        execution.await();
      } catch (PreviewException e) {
        // The Pod's container may end with the command.
      }
    }
    namespace.awaitRestart();
  }

  private static Context context() {
    return Context.within(Duration.ofMinutes(1));
  }
}
