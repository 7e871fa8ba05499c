package dev.previews.kube;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.previews.environment.EnvironmentId;
import dev.previews.environment.VolumePolicy;
import dev.previews.error.InvalidInputException;
import dev.previews.exec.Deadline;
import dev.previews.kube.cluster.Cluster;
import dev.previews.kube.cluster.FakeServer;
import dev.previews.kube.cluster.KubeObject;
import dev.previews.kube.template.Manifests;
import dev.previews.progress.ProgressEvent;
import dev.previews.spi.Context;
import dev.previews.spi.Driver;
import dev.previews.spi.MachineSpec;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Environments that the cluster ends by itself. */
class LifetimeTest {
  private static final EnvironmentId ID = EnvironmentId.of("demo");
  private static final String ANCHOR = "preview-demo-lifetime";
  private static final String SET = "apps/v1/statefulsets";
  private static final Duration TTL = Duration.ofMinutes(10);
  private static final long FOREVER = Duration.ofDays(36500).toSeconds();
  private static final String TEMPLATE =
      """
      apiVersion: v1
      kind: Service
      metadata: {name: service}
      spec: {clusterIP: None}
      ---
      apiVersion: apps/v1
      kind: StatefulSet
      metadata: {name: host, labels: {app.kubernetes.io/component: docker-host}}
      spec:
        selector: {matchLabels: {app: host}}
        template:
          metadata: {labels: {app: host}}
          spec: {containers: [{name: docker, image: "engine:1"}]}
        volumeClaimTemplates:
        - metadata: {name: data}
          spec: {accessModes: [ReadWriteOnce]}
      """;

  @TempDir Path directory;
  private final FakeServer server = new FakeServer();
  private final FakeObjects objects = new FakeObjects();
  private final List<ProgressEvent> events = new CopyOnWriteArrayList<>();
  private Cluster cluster;

  @BeforeEach
  void open() throws IOException {
    server.on(objects);
    cluster = server.cluster(directory);
  }

  @AfterEach
  void close() {
    cluster.close();
    server.close();
  }

  private Context context() {
    return Context.of(Deadline.in(Duration.ofSeconds(30)), events::add);
  }

  private static MachineSpec spec() {
    return MachineSpec.of(ID, "alice");
  }

  private void ensure(MachineSpec spec) {
    new Installation(
            cluster,
            new Machines(cluster),
            new Waits(Duration.ofSeconds(5), Duration.ZERO, true),
            context())
        .ensure(spec, Manifests.parse("test", TEMPLATE));
  }

  private List<String> leases() {
    return objects.keys().stream()
        .filter(it -> it.startsWith(Lifetime.LEASES))
        .map(it -> it.substring(it.lastIndexOf('/') + 1))
        .toList();
  }

  private KubeObject lease() {
    assertThat(leases()).hasSize(1);
    return objects.get(Lifetime.LEASES, leases().get(0)).orElseThrow();
  }

  private long time() {
    return lease().number("spec", "activeDeadlineSeconds");
  }

  private Map<String, String> uids() {
    Map<String, String> uids = new TreeMap<>();
    for (String key : objects.keys()) {
      int slash = key.lastIndexOf('/');
      uids.put(
          key, objects.get(key.substring(0, slash), key.substring(slash + 1)).orElseThrow().uid());
    }
    return uids;
  }

  @Test
  void allThatAnEnvironmentHasGoesWithItsLastLease() {
    ensure(spec().ttl(TTL));
    KubeObject lease = lease();
    assertThat(lease.at("spec", "parallelism")).as("it takes no room").contains(0);
    assertThat(lease.at("spec", "ttlSecondsAfterFinished")).contains(0);
    assertThat(lease.text("status", "startTime")).as("its time runs").isNotEmpty();
    assertThat(time()).isEqualTo(TTL.toSeconds());
    // What the cluster does when the time is over.
    objects.delete(Lifetime.LEASES, lease.name());
    assertThat(objects.keys()).isEmpty();
  }

  @Test
  void theLeaseIsThereBeforeAnythingElse() {
    ensure(spec().ttl(TTL));
    assertThat(server.requests())
        .filteredOn(it -> it.startsWith("POST ") && it.contains("/namespaces/ns/"))
        .extracting(it -> it.replaceAll(".*/([a-z]+)\\?.*", "$1"))
        .startsWith("jobs", "configmaps");
  }

  @Test
  void eachUseTakesANewLease() {
    ensure(spec().ttl(TTL));
    Map<String, String> before = uids();
    String first = lease().name();
    new Lifetime(cluster, ID, Duration.ZERO, Deadline.in(Duration.ofSeconds(30))).renew();
    String second = lease().name();
    ensure(spec().ttl(TTL));
    assertThat(List.of(first, second, lease().name())).doesNotHaveDuplicates();
    assertThat(time()).isEqualTo(TTL.toSeconds());
    Map<String, String> after = uids();
    before.keySet().removeIf(it -> it.startsWith(Lifetime.LEASES));
    after.keySet().removeIf(it -> it.startsWith(Lifetime.LEASES));
    assertThat(after).isEqualTo(before);
    assertThat(events).isEmpty();
    objects.delete(Lifetime.LEASES, lease().name());
    assertThat(objects.keys()).isEmpty();
  }

  @Test
  void anEnvironmentThatIsToStayDoesNotEndAnyMore() {
    ensure(spec().ttl(TTL));
    ensure(spec());
    assertThat(time()).isEqualTo(FOREVER);
    new Lifetime(cluster, ID, Duration.ZERO, Deadline.in(Duration.ofSeconds(30))).renew();
    assertThat(time()).isEqualTo(FOREVER);
    ensure(spec().ttl(TTL));
    assertThat(time()).isEqualTo(TTL.toSeconds());
  }

  @Test
  void oneThatWasToStayGetsATimeLater() {
    ensure(spec());
    assertThat(leases()).isEmpty();
    Map<String, String> before = uids();
    ensure(spec().ttl(TTL));
    Map<String, String> after = uids();
    after.keySet().retainAll(before.keySet());
    assertThat(after).as("nothing was made anew").isEqualTo(before);
    objects.delete(Lifetime.LEASES, lease().name());
    assertThat(objects.keys()).isEmpty();
  }

  @Test
  void whatTheClusterHasNotRemovedYetIsNotUsed() {
    ensure(spec().ttl(TTL));
    String old = objects.get(SET, "host").orElseThrow().uid();
    // The anchor is gone, and what it owned is about to go.
    objects
        .get(SET, "host")
        .orElseThrow()
        .make("metadata")
        .put(
            "ownerReferences",
            List.of(Map.of("kind", "ConfigMap", "name", ANCHOR, "uid", "that of an older one")));
    ensure(spec().ttl(TTL));
    assertThat(objects.get(SET, "host").orElseThrow().uid()).isNotEqualTo(old);
  }

  @Test
  void aClusterThatRemovesNothingIsLeftToTheNextClient() {
    objects.stored =
        object -> {
          if (object.kind().equals("Job")) {
            object.make("spec").remove("ttlSecondsAfterFinished");
          }
          return object;
        };
    ensure(spec().ttl(TTL));
    assertThat(leases()).isEmpty();
    assertThat(objects.get(Lifetime.ANCHORS, ANCHOR)).isEmpty();
    KubeObject host = objects.get(SET, "host").orElseThrow();
    assertThat(host.objects("metadata", "ownerReferences")).isEmpty();
    assertThat(host.annotations()).containsEntry("dev.previews.ttl", "600");
  }

  @Test
  void aVolumeThatIsKeptDoesNotEndWithTheTime() throws IOException {
    ensure(spec().ttl(TTL));
    try (Driver driver = driver()) {
      driver.delete(ID, VolumePolicy.KEEP, context());
      assertThat(objects.keys())
          .containsExactly(
              Lifetime.LEASES + "/" + lease().name(),
              Lifetime.ANCHORS + "/" + ANCHOR,
              "v1/persistentvolumeclaims/data-host-0");
      assertThat(time()).isEqualTo(FOREVER);
      driver.delete(ID, VolumePolicy.REMOVE, context());
    }
    assertThat(objects.keys()).isEmpty();
  }

  @Test
  void whereNoVolumeIsKeptNothingIs() throws IOException {
    ensure(spec().ttl(TTL));
    objects.delete("v1/persistentvolumeclaims", "data-host-0");
    try (Driver driver = driver()) {
      driver.delete(ID, VolumePolicy.KEEP, context());
    }
    assertThat(objects.keys()).isEmpty();
  }

  private Driver driver() throws IOException {
    return Kube.kube().kubeconfig(server.kubeconfig(directory)).namespace("ns").open(context());
  }

  @Test
  void theRightsThatItNeedsAreAskedForWhereThereIsATime() {
    objects.rules =
        """
        [{"verbs":["*"],"apiGroups":["apps",""],"resources":["*"]},
        {"verbs":["*"],"apiGroups":[""],"resources":["pods/exec","pods/portforward"]}]
        """;
    server.on(
        "POST",
        "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews",
        201,
        "{\"status\":{\"allowed\":false}}");
    assertThatThrownBy(() -> ensure(spec().ttl(TTL)))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("create jobs of batch")
        .hasMessageContaining("patch jobs/status of batch");
    assertThat(objects.keys()).isEmpty();
    ensure(spec());
    assertThat(objects.get(SET, "host")).isPresent();
  }
}
