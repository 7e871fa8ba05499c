package dev.previews.kube;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.previews.error.PreviewException;
import dev.previews.machines.TestNamespace;
import dev.previews.spi.Context;
import dev.previews.spi.SecretStore;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Secrets of a real cluster as a store, with exactly the rights of rbac.yaml. */
@Timeout(120)
class KubeSecretStoreIT {
  @TempDir Path directory;

  private static SecretStore open(TestNamespace namespace, Path kubeconfig) {
    return new KubeSecretStoreProvider()
        .open(
            URI.create(namespace.secretStore("team", kubeconfig)),
            Context.within(Duration.ofMinutes(1)));
  }

  @Test
  void allThatComeAtOnceGetOneValue() throws Exception {
    int many = 4;
    CyclicBarrier together = new CyclicBarrier(many);
    ExecutorService threads = Executors.newFixedThreadPool(many);
    try (TestNamespace namespace = TestNamespace.create()) {
      RoleAccount account = RoleAccount.create(namespace);
      Path kubeconfig = account.kubeconfig(directory);
      try (SecretStore store = open(namespace, kubeconfig)) {
        assertThatThrownBy(() -> store.get("key"))
            .isInstanceOf(PreviewException.class)
            .hasMessageContaining("secrets");
      }
      account.grant(rule -> true);
      List<Future<String>> values = new ArrayList<>();
      for (int i = 0; i < many; i++) {
        String value = "value " + i + "\n";
        values.add(
            threads.submit(
                () -> {
                  try (SecretStore store = open(namespace, kubeconfig)) {
                    together.await();
                    return store.putIfAbsent("key", value);
                  }
                }));
      }
      Set<String> different = new HashSet<>();
      for (Future<String> value : values) {
        different.add(value.get());
      }
      assertThat(different).hasSize(1);
      try (SecretStore store = open(namespace, kubeconfig)) {
        assertThat(store.get("key")).contains(different.iterator().next());
        assertThat(store.get("host-ssh_gateway.test_22")).isEmpty();
      }
    } finally {
      threads.shutdownNow();
    }
  }
}
