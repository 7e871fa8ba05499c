package dev.previews.kube;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.previews.environment.EnvironmentId;
import dev.previews.environment.VolumePolicy;
import dev.previews.error.InvalidInputException;
import dev.previews.error.PreviewException;
import dev.previews.exec.Command;
import dev.previews.exec.Execution;
import dev.previews.spi.Connection;
import dev.previews.spi.Context;
import dev.previews.spi.Driver;
import dev.previews.spi.DuplexStream;
import dev.previews.spi.Endpoint;
import dev.previews.spi.Machine;
import dev.previews.spi.MachineSpec;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The driver with exactly the rights of rbac.yaml, and with fewer; the whole path: KubePreviewIT.
 */
class RolesIT {
  @TempDir Path directory;

  @Test
  void theManifestsRightsAreEnoughAndAreNeeded() throws Exception {
    try (KubeEnvironments environments = new KubeEnvironments()) {
      RoleAccount account = RoleAccount.create(environments.namespace());
      Context context = Context.within(Duration.ofMinutes(2));
      EnvironmentId id = EnvironmentId.of("restricted");
      try (Driver driver =
          environments.kube().kubeconfig(account.kubeconfig(directory)).open(context)) {
        assertThatThrownBy(() -> driver.list(context))
            .isInstanceOf(PreviewException.class)
            .hasMessageContaining("rbac.yaml")
            .hasMessageContaining("deployments");
        account.grant(rule -> !rule.at("resources").orElseThrow().toString().contains("exec"));
        assertThatThrownBy(() -> driver.ensure(MachineSpec.of(id, "bob"), context))
            .isInstanceOf(InvalidInputException.class)
            .hasMessageContaining("nothing was created")
            .hasMessageContaining("get pods/exec")
            .hasMessageContaining("get pods/portforward");
        assertThat(environments.leftovers(id.value())).isEmpty();
        account.grant(rule -> true);
        MachineSpec spec = MachineSpec.of(id, "bob").ttl(Duration.ofMinutes(10));
        Machine machine = driver.ensure(spec, context);
        try (Connection connection = driver.connect(machine, context);
            Execution execution = connection.exec(Command.of("true"));
            DuplexStream stream = connection.dial(Endpoint.engine())) {
          assertThat(execution.await()).isZero();
          stream
              .output()
              .write("GET /_ping HTTP/1.1\r\nHost: x\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
          assertThat(new String(stream.input().readNBytes(12), StandardCharsets.US_ASCII))
              .isEqualTo("HTTP/1.1 200");
          connection.renew();
        }
        assertThat(driver.list(context)).extracting(Machine::id).containsExactly(id);
        driver.delete(id, VolumePolicy.REMOVE, context);
      }
      assertThat(environments.leftovers(id.value())).isEmpty();
    }
  }
}
