package dev.previews.examples.hello;

import static org.assertj.core.api.Assertions.assertThat;

import dev.previews.machines.TestCluster;
import dev.previews.machines.TestImages;
import org.junit.jupiter.api.Test;

/** {@code ./quickstart --kube}, in a cluster for tests. */
class QuickstartKubeIT {
  private static final String ID = "quickstart-it-" + ProcessHandle.current().pid();

  @Test
  void bringsTheExampleUpInAClusterAndTakesItDown() throws Exception {
    TestCluster cluster = TestCluster.find();
    try {
      Shell up = quickstart(cluster);
      assertThat(up.exitCode()).as(up.output()).isZero();
      assertThat(up.output())
          .containsPattern("http://127\\.0\\.0\\.1:\\d+ answers: 200 <!doctype html>")
          .containsPattern("http://127\\.0\\.0\\.1:\\d+ answers: 200 \\{\"message\":\"hello\"");
    } finally {
      Shell down = quickstart(cluster, "down");
      assertThat(down.exitCode()).as(down.output()).isZero();
      assertThat(down.output()).contains("removed " + ID);
    }
  }

  private static Shell quickstart(TestCluster cluster, String... verb) throws Exception {
    return Shell.run(
        Shell.root(),
        "env",
        "PREVIEW_ID=" + ID,
        "KUBECONFIG=" + cluster.kubeconfig(),
        "MACHINE_IMAGE=" + cluster.machineImage(),
        "BASE_IMAGE=" + TestImages.busybox(),
        "./quickstart",
        "--kube",
        verb.length > 0 ? verb[0] : "up");
  }
}
