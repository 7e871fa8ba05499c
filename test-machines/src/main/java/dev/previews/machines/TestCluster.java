package dev.previews.machines;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.testcontainers.k3s.K3sContainer;
import org.testcontainers.utility.DockerImageName;
import org.testcontainers.utility.MountableFile;

/**
 * A Kubernetes cluster for tests: the one that the environment names, else K3s in a container, made
 * once for a JVM and removed with it.
 *
 * @param kubeconfig the file that reaches it, as its administrator
 * @param machineImage an image with a Docker server that its nodes have or can pull
 * @param restartOfItsKubelet the shell command that restarts the only node's kubelet and waits
 *     until it is ready
 * @param kubectl the command that asks it as its administrator, and can read the kubeconfig
 */
public record TestCluster(
    Path kubeconfig,
    String machineImage,
    Optional<String> restartOfItsKubelet,
    List<String> kubectl) {
  private static final String K3S = "rancher/k3s:v1.33.5-k3s1";
  private static @Nullable TestCluster known;

  /** The cluster; see {@link Needed} for what happens when there is none. */
  public static synchronized TestCluster find() {
    TestCluster cluster = known;
    if (cluster == null) {
      cluster =
          Needed.of(
              named().or(TestCluster::inContainer),
              "Kubernetes cluster: PREVIEW_LAB_KUBECONFIG and PREVIEW_LAB_MACHINE_IMAGE name none"
                  + " (lab/lab up kube), and "
                  + K3S
                  + " cannot be pulled");
      known = cluster;
    }
    return cluster;
  }

  private static Optional<TestCluster> named() {
    String kubeconfig = System.getenv("PREVIEW_LAB_KUBECONFIG");
    String image = System.getenv("PREVIEW_LAB_MACHINE_IMAGE");
    return kubeconfig == null || image == null
        ? Optional.empty()
        : Optional.of(
            new TestCluster(
                Path.of(kubeconfig),
                qualified(image),
                Optional.ofNullable(System.getenv("PREVIEW_LAB_RESTART_KUBELET")),
                List.of("kubectl", "--kubeconfig=" + kubeconfig)));
  }

  /** As a node's container runtime knows it. */
  private static String qualified(String image) {
    return image.indexOf('/') < 0 ? "docker.io/library/" + image : image;
  }

  @SuppressWarnings("resource") // it lives as long as the JVM; Testcontainers removes it
  private static Optional<TestCluster> inContainer() {
    if (!DockerCli.succeeds(30, "image", "inspect", K3S)
        && !DockerCli.succeeds(300, "pull", "--quiet", K3S)) {
      return Optional.empty();
    }
    K3sContainer k3s = new K3sContainer(DockerImageName.parse(K3S));
    k3s.start();
    try {
      String image = TestImages.dockerMachine();
      ContainerImages.copy(image, k3s, "ctr", "images", "import");
      ContainerImages.copy(TestImages.busybox(), k3s, "ctr", "images", "import");
      Path kubeconfig = Files.createTempFile("previews-k3s", ".yaml");
      kubeconfig.toFile().deleteOnExit();
      Files.writeString(kubeconfig, k3s.getKubeConfigYaml());
      k3s.copyFileToContainer(MountableFile.forHostPath(kubeconfig), kubeconfig.toString());
      return Optional.of(
          new TestCluster(
              kubeconfig,
              qualified(image),
              Optional.empty(),
              List.of("docker", "exec", "--interactive", k3s.getContainerId(), "kubectl")));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted while K3s started", e);
    }
  }
}
