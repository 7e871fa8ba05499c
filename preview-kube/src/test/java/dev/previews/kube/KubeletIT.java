package dev.previews.kube;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.previews.Preview;
import dev.previews.Previews;
import dev.previews.error.PreviewException;
import dev.previews.machines.Needed;
import dev.previews.machines.TestCluster;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Isolated;

/** The node's kubelet is restarted: Pods go on, all streams to them break. Others wait. */
@Isolated
class KubeletIT {
  @TempDir Path directory;

  private static void restartKubelet() throws IOException, InterruptedException {
    String command =
        Needed.of(
            TestCluster.find().restartOfItsKubelet(),
            "command in PREVIEW_LAB_RESTART_KUBELET (lab/lab up kube)");
    Process process = new ProcessBuilder("sh", "-c", command).redirectErrorStream(true).start();
    process.getOutputStream().close();
    String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor(4, TimeUnit.MINUTES)).isTrue();
    assertThat(process.exitValue()).as(said).isZero();
  }

  @Test
  void anEnvironmentOutlivesIt() throws Exception {
    LargeSite site = LargeSite.in(directory);
    try (KubeEnvironments environments = new KubeEnvironments()) {
      Previews previews =
          Previews.builder()
              .driver(environments.kube())
              .id("kubelet")
              .owner("bob")
              .deadline(Duration.ofMinutes(3))
              .build();

      CompletableFuture<Preview> during =
          CompletableFuture.supplyAsync(() -> previews.up(site.compose()));
      await()
          .atMost(Duration.ofMinutes(2))
          .until(() -> !environments.objects("v1/pods", "kubelet").isEmpty());
      restartKubelet();
      try {
        during.join().close();
      } catch (CompletionException e) {
        assertThat(e).hasCauseInstanceOf(PreviewException.class);
      }

      try (Preview preview = previews.up(site.compose())) {
        URI url = preview.url("web");
        assertThat(LargeSite.page(url)).isEqualTo("page");
        String uid = environments.objects("v1/pods", "kubelet").get(0).uid();
        restartKubelet();
        await()
            .atMost(Duration.ofSeconds(90))
            .pollInterval(Duration.ofMillis(500))
            .ignoreExceptions()
            .until(() -> LargeSite.page(url).equals("page"));
        assertThat(preview.exec("web", "sha256sum", "/pages/large").stdout())
            .startsWith(site.digest());
        assertThat(environments.objects("v1/pods", "kubelet").get(0).uid())
            .as("the Pod went on")
            .isEqualTo(uid);
        preview.down();
      }
      assertThat(environments.leftovers("kubelet")).isEmpty();
    }
  }
}
