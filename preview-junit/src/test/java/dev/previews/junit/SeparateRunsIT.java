package dev.previews.junit;

import static org.assertj.core.api.Assertions.assertThat;

import dev.previews.Previews;
import dev.previews.machines.TestCluster;
import dev.previews.machines.TestHosts;
import dev.previews.machines.TestImages;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Tests as builds run them: in JVMs of their own, on other versions of JUnit, in other places. */
class SeparateRunsIT {
  private static final String PASSED = "1 tests successful";

  @TempDir Path directory;

  @Test
  void reuseIsAcrossRunsAndVersionsOfJUnit() throws Exception {
    TestImages.requireEngine();
    Map<String, String> image = Map.of("IMAGE", TestImages.busybox());
    String first =
        TestRun.onOldestJUnit()
            .environment(image)
            .systemProperty("preview.reuse", "true")
            .of(Samples.Anywhere.class);
    try {
      String second =
          TestRun.onNewestJUnit()
              .environment(image)
              .systemProperty("preview.reuse", "true")
              .of(Samples.Anywhere.class);

      assertThat(first).contains(PASSED);
      assertThat(second).contains(PASSED);
      assertThat(TestRun.container(second)).isEqualTo(TestRun.container(first));
    } finally {
      Previews.builder().down(TestRun.id(first));
    }
  }

  @Test
  void theOldestJUnitHasTheLogsInAFileBesideTheBuild() throws Exception {
    assertThat(logsOfAFailure(TestRun.onOldestJUnit()))
        .asString()
        .startsWith(directory.resolve("target/preview-logs").toString());
  }

  @Test
  void theNewestJUnitHasTheLogsInItsReport() throws Exception {
    assertThat(logsOfAFailure(TestRun.onNewestJUnit())).hasFileName("preview-services.log");
  }

  private Path logsOfAFailure(TestRun run) throws Exception {
    TestImages.requireEngine();
    String output =
        run.environment(Map.of("IMAGE", TestImages.busybox()))
            .directory(directory)
            .of(Samples.Failing.class);
    assertThat(output).contains("1 tests failed").contains("asked-for-by-the-test");
    try (Stream<Path> files = Files.walk(directory)) {
      List<Path> logs = files.filter(it -> it.toString().endsWith(".log")).toList();
      assertThat(logs).as(output).hasSize(1);
      assertThat(logs.get(0)).content().contains("asked-for-by-the-test");
      return logs.get(0);
    }
  }

  @Test
  void theSameTestRunsInACluster() throws Exception {
    TestCluster cluster = TestCluster.find();
    passesOn(
        "kube://default?storageSize=1Gi&image="
            + encoded(cluster.machineImage())
            + "&kubeconfig="
            + encoded(cluster.kubeconfig().toString()));
  }

  @Test
  void theSameTestRunsOnAnSshHost() throws Exception {
    TestHosts hosts = TestHosts.find();
    passesOn(
        "ssh://root@"
            + hosts.hosts().get(0)
            + "?config=/dev/null&identity="
            + encoded(hosts.key().toString())
            + "&knownHosts="
            + encoded(hosts.knownHosts().toString()));
  }

  private static void passesOn(String driver) throws Exception {
    String output =
        TestRun.onNewestJUnit()
            .environment(Map.of("IMAGE", TestImages.busybox()))
            .systemProperty("preview.driver", driver)
            .of(Samples.Anywhere.class);

    assertThat(output).contains(PASSED);
    assertThat(Previews.builder().driver(driver).find(TestRun.id(output))).isEmpty();
  }

  private static String encoded(String value) {
    return URLEncoder.encode(value, StandardCharsets.UTF_8);
  }
}
