package dev.previews.gateway;

import static org.awaitility.Awaitility.await;

import dev.previews.exec.Deadline;
import dev.previews.kube.Kube;
import dev.previews.kube.cluster.Cluster;
import dev.previews.kube.cluster.ClusterSettings;
import dev.previews.kube.cluster.KubeObject;
import dev.previews.machines.TestCluster;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Predicate;

/** A namespace of its own on the tests' cluster; gone when it is closed. */
final class KubeNamespace implements AutoCloseable {
  private static final Duration PATIENCE = Duration.ofMinutes(1);
  private static final List<String> KINDS =
      List.of(
          "/api/v1 pods",
          "/api/v1 services",
          "/api/v1 configmaps",
          "/api/v1 persistentvolumeclaims",
          "/apis/apps/v1 statefulsets",
          "/apis/batch/v1 jobs");

  private final String name = "previews-it-" + UUID.randomUUID().toString().substring(0, 8);
  private final TestCluster machine = TestCluster.find();
  private final Cluster cluster =
      Cluster.open(new ClusterSettings(machine.kubeconfig(), null, name, PATIENCE), deadline());

  KubeNamespace() {
    cluster
        .post(
            "/api/v1/namespaces",
            Map.of("apiVersion", "v1", "kind", "Namespace", "metadata", Map.of("name", name)),
            deadline())
        .orThrow();
  }

  private static Deadline deadline() {
    return Deadline.in(Duration.ofMinutes(2));
  }

  Kube kube() {
    return Kube.kube()
        .kubeconfig(machine.kubeconfig())
        .namespace(name)
        .image(machine.machineImage())
        .storageSize("1Gi")
        .connectTimeout(PATIENCE);
  }

  /** Secrets of the namespace as a profile. */
  String profile() {
    return "kube://"
        + name
        + "/team?"
        + Cluster.query(Map.of("kubeconfig", machine.kubeconfig().toString()));
  }

  private List<KubeObject> list(String kind) {
    String path = kind.replace(" ", "/namespaces/" + name + "/");
    return cluster.list(path, Map.of(), deadline()).orThrow();
  }

  /** The names of the Secrets that hold keys. */
  List<String> secrets() {
    return list("/api/v1 secrets").stream()
        .map(KubeObject::name)
        .filter(it -> it.startsWith("team-"))
        .toList();
  }

  /** What is in it but for Secrets, and what each namespace has. */
  List<String> objects() {
    return KINDS.stream()
        .flatMap(kind -> list(kind).stream().map(it -> kind + "/" + it.name()))
        .filter(it -> !it.endsWith("/kube-root-ca.crt"))
        .toList();
  }

  /** The only Pod, if there is one. */
  private Optional<KubeObject> pod() {
    return list("/api/v1 pods").stream().findFirst();
  }

  /** Ends the only Pod without grace, and waits for the next one's engine. */
  void killPod() {
    KubeObject old = pod().orElseThrow();
    delete(old);
    awaitReady(it -> !it.uid().equals(old.uid()));
  }

  /** Waits until the only Pod's engine is one that started again. */
  void awaitRestart() {
    awaitReady(it -> it.objects("status", "containerStatuses").get(0).number("restartCount") > 0);
  }

  private void awaitReady(Predicate<KubeObject> wanted) {
    await()
        .atMost(Duration.ofSeconds(90))
        .until(() -> pod().filter(KubeNamespace::isReady).filter(wanted).isPresent());
  }

  private static boolean isReady(KubeObject pod) {
    return pod.objects("status", "conditions").stream()
        .anyMatch(it -> it.text("type").equals("Ready") && it.text("status").equals("True"));
  }

  private void delete(KubeObject pod) {
    cluster
        .delete(
            "/api/v1/namespaces/" + name + "/pods/" + pod.name(),
            Map.of("gracePeriodSeconds", 0),
            deadline())
        .orThrow();
  }

  @Override
  public void close() {
    cluster.delete("/api/v1/namespaces/" + name, Map.of(), deadline());
    cluster.close();
  }
}
