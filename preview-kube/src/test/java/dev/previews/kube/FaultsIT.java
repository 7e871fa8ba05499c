package dev.previews.kube;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.previews.Preview;
import dev.previews.Previews;
import dev.previews.environment.EnvironmentId;
import dev.previews.environment.Template;
import dev.previews.environment.VolumePolicy;
import dev.previews.error.PreviewException;
import dev.previews.error.RemoteCommandException;
import dev.previews.exec.Command;
import dev.previews.exec.Execution;
import dev.previews.kube.cluster.KubeObject;
import dev.previews.machines.TestImages;
import dev.previews.spi.Connection;
import dev.previews.spi.Context;
import dev.previews.spi.Driver;
import dev.previews.spi.Machine;
import dev.previews.spi.MachineSpec;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.time.Duration;
import java.util.HexFormat;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.ExecutionMode;

/** What goes wrong in a cluster, on a real one. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@org.junit.jupiter.api.parallel.Execution(ExecutionMode.CONCURRENT)
class FaultsIT {
  private static final String OWNER = "bob";
  private KubeEnvironments environments;

  @BeforeAll
  void open() {
    environments = new KubeEnvironments();
  }

  @AfterAll
  void close() {
    if (environments != null) {
      environments.close();
    }
  }

  private static Context context() {
    return Context.within(Duration.ofMinutes(2));
  }

  private static MachineSpec spec(String id) {
    return MachineSpec.of(EnvironmentId.of(id), OWNER);
  }

  private Previews previews(String id) {
    return Previews.builder()
        .driver(environments.kube())
        .id(id)
        .owner(OWNER)
        .deadline(Duration.ofMinutes(3))
        .build();
  }

  private static Path project(Path directory) throws IOException {
    Files.createDirectories(directory.resolve("pages"));
    Files.writeString(directory.resolve("pages/index.html"), "page");
    return Files.writeString(
        directory.resolve("compose.yaml"),
        """
        services:
          web:
            image: %s
            init: true
            restart: always
            command: [httpd, -f, -p, "8080", -h, /pages]
            ports: ["8080"]
            volumes: ["./pages:/pages", "data:/data"]
        volumes: {data: {}}
        """
            .formatted(TestImages.busybox()));
  }

  private static String get(URI url) throws IOException {
    try (InputStream body = url.toURL().openStream()) {
      return new String(body.readAllBytes(), StandardCharsets.UTF_8);
    }
  }

  private static String digest(Path file) throws Exception {
    return HexFormat.of()
        .formatHex(MessageDigest.getInstance("SHA-256").digest(Files.readAllBytes(file)));
  }

  private static void awaitPage(URI url) {
    await()
        .atMost(Duration.ofSeconds(90))
        .pollInterval(Duration.ofMillis(500))
        .ignoreExceptions()
        .until(() -> get(url).equals("page"));
  }

  @Test
  void whatIsKilledInUseComesBackBehindTheSameUrl(@TempDir Path directory) throws Exception {
    Path compose = project(directory);
    try (Preview preview = previews("killed").up(compose)) {
      URI url = preview.url("web");
      assertThat(get(url)).isEqualTo("page");
      preview.exec("web", "sh", "-c", "echo kept >/data/kept");

      run("killed", "sh", "-c", "kill -ABRT 1");
      await()
          .atMost(Duration.ofSeconds(60))
          .until(
              () -> environments.objects("v1/pods", "killed").get(0).toString(), it -> restarted());
      awaitPage(url);

      String uid = environments.objects("v1/pods", "killed").get(0).uid();
      environments.killPods("killed");
      await()
          .atMost(Duration.ofSeconds(60))
          .until(
              () ->
                  environments.objects("v1/pods", "killed").stream()
                      .noneMatch(it -> it.uid().equals(uid)));
      awaitPage(url);
      assertThat(preview.exec("web", "cat", "/data/kept").stdout()).isEqualTo("kept\n");
    }
    try (Preview preview = previews("killed").up(compose)) {
      assertThat(get(preview.url("web"))).isEqualTo("page");
      preview.down();
    }
    assertThat(environments.leftovers("killed")).isEmpty();
  }

  private boolean restarted() {
    return environments.objects("v1/pods", "killed").stream()
        .flatMap(it -> it.objects("status", "containerStatuses").stream())
        .anyMatch(it -> it.number("restartCount") > 0);
  }

  /** Runs a command in the Pod, whatever becomes of it. */
  private void run(String id, String... argv) {
    try (Driver driver = environments.kube().open(context())) {
      Machine machine = driver.find(EnvironmentId.of(id), context()).orElseThrow();
      try (Connection connection = driver.connect(machine, context());
          Execution execution = connection.exec(Command.of(java.util.List.of(argv)))) {
        execution.await();
      } catch (PreviewException e) {
        // The Pod may end with the command.
      }
    }
  }

  @Test
  void aFullVolumeIsNamedAndTheNextUpConverges(@TempDir Path directory) throws Exception {
    Path compose = project(directory);
    String place;
    try (Driver driver = environments.kube().open(context())) {
      place = driver.ensure(spec("full"), context()).directory();
    }
    try (Preview used = previews("full").up(compose)) {
      run("full", "mount", "-t", "tmpfs", "-o", "size=2m", "tmpfs", place);
      byte[] random = new byte[8 << 20];
      new java.util.Random(1).nextBytes(random);
      Files.write(directory.resolve("pages/large"), random);
      assertThatThrownBy(() -> previews("full").up(compose))
          .isInstanceOf(PreviewException.class)
          .hasMessageContaining("No space left on device");
      assertThat(get(used.url("web"))).as("what runs goes on").isEqualTo("page");
    }
    run("full", "umount", "-l", place);
    try (Preview preview = previews("full").up(compose)) {
      assertThat(get(preview.url("web"))).isEqualTo("page");
      assertThat(preview.exec("web", "sha256sum", "/pages/large").stdout())
          .startsWith(digest(directory.resolve("pages/large")));
      preview.down();
    }
    assertThat(environments.leftovers("full")).isEmpty();
  }

  @Test
  void aPodThatFitsNoNodeEndsTheWaitAfterTheGraceTime() {
    Kube greedy =
        environments.kube().requests("1000", "128Mi").schedulingTimeout(Duration.ofSeconds(3));
    long start = System.nanoTime();
    try (Driver driver = greedy.open(context())) {
      assertThatThrownBy(() -> driver.ensure(spec("greedy"), context()))
          .isInstanceOf(RemoteCommandException.class)
          .hasMessageContaining("Insufficient cpu")
          .hasMessageContaining("event FailedScheduling");
      assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(60));
      driver.delete(EnvironmentId.of("greedy"), VolumePolicy.REMOVE, context());
    }
    assertThat(environments.leftovers("greedy")).isEmpty();
  }

  @Test
  void aVolumeThatCannotBeMadeIsNamed() {
    Kube without =
        environments.kube().storageClass("no-such-class").schedulingTimeout(Duration.ofSeconds(5));
    try (Driver driver = without.open(context())) {
      assertThatThrownBy(() -> driver.ensure(spec("volumeless"), context()))
          .isInstanceOf(RemoteCommandException.class)
          .hasMessageContaining("event ProvisioningFailed")
          .hasMessageContaining("no-such-class");
      driver.delete(EnvironmentId.of("volumeless"), VolumePolicy.REMOVE, context());
    }
    assertThat(environments.leftovers("volumeless")).isEmpty();
  }

  @Test
  void aCrashLoopEndsTheWaitEarlyWithItsLog() {
    String text =
        """
        apiVersion: apps/v1
        kind: Deployment
        metadata:
          name: '{{id}}'
          labels: {app.kubernetes.io/component: docker-host}
        spec:
          selector: {matchLabels: {app: '{{id}}'}}
          template:
            metadata: {labels: {app: '{{id}}'}}
            spec:
              containers:
              - name: engine
                image: '{{image}}'
                command: [sh, -c, 'echo no configuration; exit 3']
        """;
    try (Driver driver = environments.kube().open(context())) {
      MachineSpec spec = spec("looping").template(new Template("loop.yaml", text));
      assertThatThrownBy(() -> driver.ensure(spec, context()))
          .isInstanceOf(RemoteCommandException.class)
          .hasMessageContaining("CrashLoopBackOff")
          .hasMessageContaining("no configuration")
          .hasMessageContaining("event BackOff");
      // The template is gone by now.
      driver.delete(spec.id(), VolumePolicy.REMOVE, context());
    }
    assertThat(environments.leftovers("looping")).isEmpty();
  }

  @Test
  void aRemovalThatDoesNotWaitIsTheClustersToFinishAndWhatFollowsWaitsForIt() {
    EnvironmentId id = EnvironmentId.of("brief");
    try (Driver driver = environments.kube().waitForRemoval(false).open(context())) {
      driver.ensure(spec("brief"), context());
      String volume = environments.objects(Deletion.CLAIMS, "brief").get(0).uid();
      driver.delete(id, VolumePolicy.REMOVE, context());
      assertThat(environments.objects("v1/pods", "brief")).allMatch(KubeObject::deleting);

      driver.ensure(spec("brief"), context());
      assertThat(environments.objects(Deletion.CLAIMS, "brief"))
          .hasSize(1)
          .noneMatch(it -> it.uid().equals(volume));
      driver.delete(id, VolumePolicy.REMOVE, context());
    }
    await().atMost(Duration.ofSeconds(90)).until(() -> environments.leftovers("brief").isEmpty());
  }

  @Test
  void downWorksWhileTheNamespaceIsDeletedAndUpSaysSo() {
    try (KubeEnvironments doomed = new KubeEnvironments();
        Driver driver = doomed.kube().open(context())) {
      driver.ensure(spec("doomed"), context());
      doomed
          .cluster()
          .delete(
              "/api/v1/namespaces/" + doomed.namespace().name(),
              Map.of(),
              KubeEnvironments.deadline())
          .orThrow();
      assertThatThrownBy(() -> driver.ensure(spec("late"), context()))
          .isInstanceOf(PreviewException.class)
          .hasMessageContaining("being terminated");
      driver.delete(EnvironmentId.of("doomed"), VolumePolicy.REMOVE, context());
      assertThat(doomed.leftovers("doomed")).isEmpty();
      driver.delete(EnvironmentId.of("doomed"), VolumePolicy.REMOVE, context());
    }
  }
}
