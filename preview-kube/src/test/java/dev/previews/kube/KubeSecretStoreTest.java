package dev.previews.kube;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.previews.error.InvalidInputException;
import dev.previews.error.OwnershipException;
import dev.previews.error.PreviewException;
import dev.previews.kube.cluster.Cluster;
import dev.previews.kube.cluster.FakeServer;
import dev.previews.spi.Context;
import dev.previews.spi.SecretStore;
import dev.previews.spi.SecretStoreProvider;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.ServiceLoader;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Secrets as a store, before a server that refuses. */
class KubeSecretStoreTest {
  private static final String SECRETS = "/api/v1/namespaces/ns/secrets";

  @TempDir Path directory;
  private final FakeServer server = new FakeServer();

  @AfterEach
  void close() {
    server.close();
  }

  private SecretStore open(String address) throws IOException {
    SecretStoreProvider provider =
        ServiceLoader.load(SecretStoreProvider.class).findFirst().orElseThrow();
    Map<String, String> query =
        Map.of("kubeconfig", server.kubeconfig(directory).toString(), "context", "fake");
    return provider.open(
        URI.create(address + "?" + Cluster.query(query)), Context.within(Duration.ofSeconds(20)));
  }

  @Test
  void aSecretThatIsNotOursIsRefused() throws Exception {
    server.on(
        "GET",
        SECRETS + "/preview-tunnel-key",
        200,
        "{\"metadata\":{\"name\":\"preview-tunnel-key\"},\"data\":{\"value\":\"c2VjcmV0\"}}");
    try (SecretStore store = open("kube://ns")) {
      assertThatThrownBy(() -> store.get("key"))
          .isInstanceOf(OwnershipException.class)
          .hasMessageContaining("Secret 'preview-tunnel-key' of the namespace 'ns'")
          .hasMessageNotContaining("c2VjcmV0");
    }
  }

  @Test
  void aMissingRightIsNamed() throws Exception {
    server.on("GET", SECRETS + "/team-host-ssh-gw.test-22", 404, "{\"message\":\"not found\"}");
    server.on(
        "POST",
        SECRETS,
        403,
        "{\"message\":\"secrets is forbidden: User \\\"me\\\" cannot create resource\"}");
    try (SecretStore store = open("kube://ns/team")) {
      assertThat(store.get("host-ssh_gw.test_22")).isEmpty();
      assertThatThrownBy(() -> store.putIfAbsent("host-ssh_gw.test_22", "value"))
          .isInstanceOf(PreviewException.class)
          .hasMessageContaining("rbac.yaml")
          .hasMessageContaining("cannot create resource");
    }
  }

  @Test
  void wrongAddressesAreRefused() {
    SecretStoreProvider provider = new KubeSecretStoreProvider();
    for (String wrong : List.of("kube://ns/Name", "kube://ns/a/b", "kube://ns?image=x")) {
      assertThatThrownBy(
              () -> provider.open(URI.create(wrong), Context.within(Duration.ofSeconds(5))))
          .as(wrong)
          .isInstanceOf(InvalidInputException.class);
    }
  }
}
