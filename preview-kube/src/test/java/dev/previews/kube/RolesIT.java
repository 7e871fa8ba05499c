package dev.previews.kube;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.previews.environment.EnvironmentId;
import dev.previews.environment.VolumePolicy;
import dev.previews.error.PreviewException;
import dev.previews.exec.Command;
import dev.previews.exec.Execution;
import dev.previews.kube.cluster.KubeObject;
import dev.previews.kube.template.Manifests;
import dev.previews.spi.Connection;
import dev.previews.spi.Context;
import dev.previews.spi.Driver;
import dev.previews.spi.DuplexStream;
import dev.previews.spi.Endpoint;
import dev.previews.spi.Machine;
import dev.previews.spi.MachineSpec;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Base64;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The whole path with exactly the rights of rbac.yaml. */
class RolesIT {
  @TempDir Path directory;

  @Test
  void theManifestsRightsAreEnoughAndAreNeeded() throws Exception {
    try (LabNamespace namespace = LabNamespace.create()) {
      account(namespace);
      Context context = Context.within(Duration.ofMinutes(2));
      EnvironmentId id = EnvironmentId.of("restricted");
      try (Driver driver = namespace.kube().kubeconfig(kubeconfig(namespace)).open(context)) {
        assertThatThrownBy(() -> driver.list(context))
            .isInstanceOf(PreviewException.class)
            .hasMessageContaining("rbac.yaml")
            .hasMessageContaining("deployments");
        roles(namespace);
        Machine machine = driver.ensure(MachineSpec.of(id, "bob"), context);
        try (Connection connection = driver.connect(machine, context);
            Execution execution = connection.exec(Command.of("true"));
            DuplexStream stream = connection.dial(Endpoint.engine())) {
          assertThat(execution.await()).isZero();
          assertThat(stream).isNotNull();
        }
        assertThat(driver.list(context)).extracting(Machine::id).containsExactly(id);
        driver.delete(id, VolumePolicy.REMOVE, context);
      }
      assertThat(namespace.leftovers(id.value())).isEmpty();
    }
  }

  private static void account(LabNamespace namespace) throws IOException {
    create(namespace, "ServiceAccount", "/api/v1", "serviceaccounts");
  }

  private static void roles(LabNamespace namespace) throws IOException {
    create(namespace, "Role", "/apis/rbac.authorization.k8s.io/v1", "roles");
    create(namespace, "RoleBinding", "/apis/rbac.authorization.k8s.io/v1", "rolebindings");
  }

  private static void create(LabNamespace namespace, String kind, String base, String resource)
      throws IOException {
    try (var in = Kube.class.getResourceAsStream("rbac.yaml")) {
      String text = new String(Objects.requireNonNull(in).readAllBytes(), StandardCharsets.UTF_8);
      KubeObject object =
          Manifests.parse("rbac.yaml", text).stream()
              .filter(it -> it.kind().equals(kind))
              .findFirst()
              .orElseThrow();
      namespace
          .cluster()
          .post(
              base + "/namespaces/" + namespace.name() + "/" + resource,
              object.tree(),
              LabNamespace.deadline())
          .orThrow();
    }
  }

  /** The lab's kubeconfig with the account's token for its own. */
  private Path kubeconfig(LabNamespace namespace) throws IOException {
    String secrets = "/api/v1/namespaces/" + namespace.name() + "/secrets";
    KubeObject secret =
        await()
            .atMost(Duration.ofSeconds(20))
            .until(
                () ->
                    namespace
                        .cluster()
                        .list(secrets, Map.of(), LabNamespace.deadline())
                        .orThrow()
                        .stream()
                        .filter(it -> it.name().startsWith("previews-token"))
                        .filter(it -> !it.text("data", "token").isEmpty())
                        .findFirst()
                        .orElse(null),
                Objects::nonNull);
    String token =
        new String(
            Base64.getDecoder().decode(secret.text("data", "token")), StandardCharsets.UTF_8);
    String lab = Files.readString(LabNamespace.kubeconfig());
    Path file = directory.resolve("kubeconfig");
    Files.writeString(file, lab.replaceAll("token: *[^}\\s]+", "token: " + token));
    return file;
  }
}
