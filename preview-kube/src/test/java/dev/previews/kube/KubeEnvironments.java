package dev.previews.kube;

import dev.previews.environment.EnvironmentId;
import dev.previews.exec.Deadline;
import dev.previews.kube.cluster.Cluster;
import dev.previews.kube.cluster.ClusterSettings;
import dev.previews.kube.cluster.KubeObject;
import dev.previews.machines.TestCluster;
import dev.previews.machines.TestNamespace;
import java.net.URI;
import java.time.Duration;
import java.util.List;

/**
 * The environments of a namespace of a test's own: the driver of them, and what each consists of.
 */
final class KubeEnvironments implements AutoCloseable {
  private final TestNamespace namespace = TestNamespace.create();
  private final Cluster cluster;

  KubeEnvironments() {
    ClusterSettings settings =
        new ClusterSettings(
            TestCluster.find().kubeconfig(), null, namespace.name(), Duration.ofMinutes(1));
    try {
      cluster = Cluster.open(settings, deadline());
    } catch (RuntimeException e) {
      namespace.close();
      throw e;
    }
  }

  static Deadline deadline() {
    return Deadline.in(Duration.ofMinutes(2));
  }

  TestNamespace namespace() {
    return namespace;
  }

  Cluster cluster() {
    return cluster;
  }

  /** The driver, as the cluster's administrator. */
  Kube kube() {
    return (Kube) new KubeDriverProvider().parse(URI.create(namespace.address()));
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

  /** Ends an environment's Pods without grace. */
  void killPods(String id) {
    namespace.killPods(Ownership.selector(new EnvironmentId(id)));
  }

  @Override
  public void close() {
    cluster.close();
    namespace.close();
  }
}
