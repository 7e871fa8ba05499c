package dev.previews.kube;

import dev.previews.environment.EnvironmentId;
import dev.previews.exec.Deadline;
import dev.previews.kube.cluster.Cluster;
import dev.previews.kube.cluster.ClusterSettings;
import dev.previews.kube.cluster.KubeObject;
import dev.previews.machines.TestCluster;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.UUID;

/** A namespace of its own on the lab's cluster; gone when it is closed. */
final class LabNamespace implements AutoCloseable {
  /** Several JVMs, engines and a whole cluster share a machine with the tests. */
  private static final Duration PATIENCE = Duration.ofMinutes(1);

  private final String name = "previews-it-" + UUID.randomUUID().toString().substring(0, 8);
  private final Cluster cluster;

  private LabNamespace(Path kubeconfig) {
    cluster = Cluster.open(new ClusterSettings(kubeconfig, null, name, PATIENCE), deadline());
    cluster
        .post(
            "/api/v1/namespaces",
            Map.of("apiVersion", "v1", "kind", "Namespace", "metadata", Map.of("name", name)),
            deadline())
        .orThrow();
  }

  /** Aborts, or fails where there must be a cluster. */
  static void require() {
    TestCluster.find();
  }

  static LabNamespace create() {
    return new LabNamespace(kubeconfig());
  }

  static Path kubeconfig() {
    return TestCluster.find().kubeconfig();
  }

  static String image() {
    return TestCluster.find().machineImage();
  }

  static Deadline deadline() {
    return Deadline.in(Duration.ofMinutes(2));
  }

  String name() {
    return name;
  }

  Cluster cluster() {
    return cluster;
  }

  Kube kube() {
    return Kube.kube()
        .kubeconfig(kubeconfig())
        .namespace(name)
        .image(image())
        .storageSize("1Gi")
        .connectTimeout(PATIENCE);
  }

  String address() {
    return address(kubeconfig());
  }

  String address(Path kubeconfig) {
    return "kube://"
        + name
        + "?"
        + Cluster.query(
            Map.of(
                "image",
                image(),
                "storageSize",
                "1Gi",
                "connectTimeout",
                Long.toString(PATIENCE.toSeconds()),
                "kubeconfig",
                kubeconfig.toString()));
  }

  List<KubeObject> objects(String resource, String id) {
    return new Resources(cluster)
        .list(resource, Ownership.selector(new EnvironmentId(id)), deadline());
  }

  /** What is left of an environment, by resource and name. */
  List<String> leftovers(String id) {
    return Deletion.COMMON.stream()
        .flatMap(it -> objects(it, id).stream().map(object -> it + "/" + object.name()))
        .toList();
  }

  /** Ends a Pod without grace. */
  void killPods(String id) {
    for (KubeObject pod : objects("v1/pods", id)) {
      cluster
          .delete(
              new Resources(cluster).path("v1/pods", pod.name()),
              Map.of("gracePeriodSeconds", 0),
              deadline())
          .orThrow();
    }
  }

  @Override
  public void close() {
    cluster.delete("/api/v1/namespaces/" + name, Map.of(), deadline());
    cluster.close();
  }
}
