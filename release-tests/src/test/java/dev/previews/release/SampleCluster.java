package dev.previews.release;

import dev.previews.exec.Deadline;
import dev.previews.kube.cluster.Cluster;
import dev.previews.kube.cluster.ClusterSettings;
import dev.previews.machines.TestCluster;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;

/** A namespace of its own on the cluster for tests; gone when it is closed. */
final class SampleCluster implements SamplePlace {
  private static final List<String> RESOURCES =
      List.of(
          "/apis/apps/v1/namespaces/%s/statefulsets",
          "/apis/apps/v1/namespaces/%s/deployments",
          "/apis/batch/v1/namespaces/%s/jobs",
          "/api/v1/namespaces/%s/services",
          "/api/v1/namespaces/%s/configmaps",
          "/api/v1/namespaces/%s/secrets",
          "/api/v1/namespaces/%s/persistentvolumeclaims",
          "/api/v1/namespaces/%s/pods");

  private final String namespace = "sample-" + UUID.randomUUID().toString().substring(0, 8);
  private final TestCluster found = TestCluster.find();
  private final Cluster cluster;

  SampleCluster() {
    cluster =
        Cluster.open(
            new ClusterSettings(found.kubeconfig(), null, namespace, Duration.ofSeconds(20)),
            deadline());
    cluster
        .post(
            "/api/v1/namespaces",
            Map.of("apiVersion", "v1", "kind", "Namespace", "metadata", Map.of("name", namespace)),
            deadline())
        .orThrow();
  }

  private static Deadline deadline() {
    return Deadline.in(Duration.ofMinutes(1));
  }

  @Override
  public String driver() {
    return "kube://"
        + namespace
        + "?"
        + Cluster.query(
            Map.of(
                "image",
                found.machineImage(),
                "storageSize",
                "1Gi",
                "grace",
                "45",
                "kubeconfig",
                found.kubeconfig().toString()));
  }

  @Override
  public List<String> leftovers(String environmentId) {
    List<String> left = new ArrayList<>();
    for (String resource : RESOURCES) {
      String path = resource.formatted(namespace);
      cluster
          .list(
              path,
              Map.of("labelSelector", "dev.previews.environment=" + environmentId),
              deadline())
          .orThrow()
          .forEach(it -> left.add(path + "/" + it.name()));
    }
    return left;
  }

  @Override
  public boolean endsByItself() {
    return true;
  }

  @Override
  public void close() {
    cluster.delete("/api/v1/namespaces/" + namespace, Map.of(), deadline());
    cluster.close();
  }
}
