package dev.previews.kube;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.previews.environment.EnvironmentId;
import dev.previews.environment.VolumePolicy;
import dev.previews.error.DeadlineException;
import dev.previews.error.InvalidInputException;
import dev.previews.error.OwnershipException;
import dev.previews.error.PreviewException;
import dev.previews.error.RemoteCommandException;
import dev.previews.exec.Deadline;
import dev.previews.kube.cluster.Cluster;
import dev.previews.kube.cluster.FakeServer;
import dev.previews.kube.cluster.KubeObject;
import dev.previews.kube.template.Manifests;
import dev.previews.progress.ProgressEvent;
import dev.previews.spi.Context;
import dev.previews.spi.Machine;
import dev.previews.spi.MachineSpec;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What becomes of a template's objects, before a server whose objects can be looked at. */
class InstallationTest {
  private static final EnvironmentId ID = EnvironmentId.of("demo");
  private static final String CLAIMS = "v1/persistentvolumeclaims";
  private static final String ACCESS = "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews";
  private static final String SET =
      """
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
  private static final String CLAIM =
      """
      ---
      apiVersion: v1
      kind: PersistentVolumeClaim
      metadata: {name: cache}
      spec: {accessModes: [ReadWriteOnce]}
      """;
  private static final String SERVICE =
      """
      ---
      apiVersion: v1
      kind: Service
      metadata: {name: extra}
      spec: {clusterIP: None}
      """;
  private static final String POLICY =
      """
      ---
      apiVersion: networking.k8s.io/v1
      kind: NetworkPolicy
      metadata: {name: policy}
      spec: {podSelector: {}}
      """;
  private static final String BACK_OFF =
      """
      {"phase":"Running","containerStatuses":[{"name":"docker","restartCount":4,
      "state":{"waiting":{"reason":"CrashLoopBackOff","message":"back-off 5m0s"}}}]}
      """;

  @TempDir Path directory;
  private final FakeServer server = new FakeServer();
  private final FakeObjects objects = new FakeObjects();
  private final List<ProgressEvent> events = new ArrayList<>();
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

  private Machine ensure(String template) {
    return ensure(MachineSpec.of(ID, "alice"), template);
  }

  private Machine ensure(MachineSpec spec, String template) {
    Context context = Context.of(Deadline.in(Duration.ofSeconds(30)), events::add);
    return new Installation(
            cluster,
            new Machines(cluster),
            new Waits(Duration.ofSeconds(5), Duration.ZERO, true),
            context)
        .ensure(spec, Manifests.parse("test", template));
  }

  private void delete(VolumePolicy volumes) {
    new Deletion(cluster, ID, Deadline.in(Duration.ofSeconds(30))).run(volumes);
  }

  private String uid(String resource, String name) {
    return objects.get(resource, name).orElseThrow().uid();
  }

  @Test
  void aVolumeThatStaysWhenTheRestIsReplacedIsNoReasonToReplaceAgain() {
    ensure(SET + CLAIM);
    String volume = uid(CLAIMS, "cache");
    String before = uid("apps/v1/statefulsets", "host");
    ensure(SET.replace("engine:1", "engine:2") + CLAIM.replace("Once", "Many"));
    String replaced = uid("apps/v1/statefulsets", "host");
    assertThat(replaced).isNotEqualTo(before);
    assertThat(uid(CLAIMS, "cache")).isEqualTo(volume);
    assertThat(events.toString())
        .contains("engine:1 -> engine:2")
        .contains("the data volume of demo stays as it is");
    events.clear();
    ensure(SET.replace("engine:1", "engine:2") + CLAIM.replace("Once", "Many"));
    assertThat(uid("apps/v1/statefulsets", "host")).isEqualTo(replaced);
    assertThat(events).isEmpty();
  }

  @Test
  void aClaimThatTheSetWouldTakeOverFromSomebodyElseIsRefused() {
    objects.put(
        CLAIMS,
        Manifests.parse("test", CLAIM.replace("---", "").replace("cache", "data-host-0")).get(0));
    assertThatThrownBy(() -> ensure(SET))
        .isInstanceOf(OwnershipException.class)
        .hasMessageContaining("PersistentVolumeClaim 'data-host-0'")
        .hasMessageContaining("nobody");
    assertThat(objects.keys()).containsExactly(CLAIMS + "/data-host-0");
  }

  @Test
  void aKeptVolumeIsItsOwnersOnly() {
    ensure(SET);
    delete(VolumePolicy.KEEP);
    assertThat(objects.keys()).containsExactly(CLAIMS + "/data-host-0");
    assertThatThrownBy(() -> ensure(MachineSpec.of(ID, "bob"), SET))
        .isInstanceOf(OwnershipException.class)
        .hasMessageContaining("alice")
        .hasMessageContaining("bob");
    assertThat(objects.keys()).containsExactly(CLAIMS + "/data-host-0");
    String volume = uid(CLAIMS, "data-host-0");
    ensure(SET);
    assertThat(uid(CLAIMS, "data-host-0")).isEqualTo(volume);
  }

  @Test
  void everyObjectSaysWhoseItIsAndWhatItComesWith() {
    ensure(SET + CLAIM + SERVICE + POLICY);
    String kinds =
        "apps/v1/statefulsets,networking.k8s.io/v1/networkpolicies," + CLAIMS + ",v1/services";
    List<String> made = objects.keys().stream().filter(it -> !it.startsWith("v1/pods/")).toList();
    assertThat(made).hasSize(5);
    for (String key : made) {
      KubeObject object =
          objects
              .get(key.substring(0, key.lastIndexOf('/')), key.substring(key.lastIndexOf('/') + 1))
              .orElseThrow();
      assertThat(object.labels())
          .as(key)
          .containsEntry("dev.previews.environment", "demo")
          .containsKey("dev.previews.created");
      assertThat(object.annotations())
          .as(key)
          .containsEntry("dev.previews.owner", "alice")
          .containsEntry("dev.previews.kinds", kinds)
          .containsKey("dev.previews.template");
    }
    assertThat(objects.get("v1/pods", "host-0").orElseThrow().labels())
        .containsEntry("dev.previews.environment", "demo");
    assertThat(server.requests())
        .filteredOn(it -> it.startsWith("POST ") && it.contains("/namespaces/"))
        .hasSize(4)
        .allMatch(it -> it.contains("fieldManager=dev.previews"));
    delete(VolumePolicy.REMOVE);
    assertThat(objects.keys()).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 2, 3})
  void whateverAnUpThatWasCutOffMadeIsFoundAgain(int made) {
    AtomicInteger created = new AtomicInteger();
    server.on(
        exchange ->
            exchange.method().equals("POST")
                && exchange.path().contains("/namespaces/ns/")
                && created.getAndIncrement() >= made
                && exchange.answer(500, "{}"));
    assertThatThrownBy(() -> ensure(SET + CLAIM + SERVICE + POLICY))
        .isInstanceOf(PreviewException.class)
        .hasMessageContaining("500");
    assertThat(objects.keys()).hasSizeGreaterThanOrEqualTo(made);
    delete(VolumePolicy.REMOVE);
    assertThat(objects.keys()).isEmpty();
  }

  @Test
  void whatTellsTheOtherKindsGoesLast() {
    ensure(SET + POLICY);
    AtomicBoolean cutOff = new AtomicBoolean(true);
    server.on(
        exchange ->
            exchange.method().equals("DELETE")
                && exchange.path().contains("/networkpolicies/")
                && cutOff.getAndSet(false)
                && exchange.answer(500, "{}"));
    assertThatThrownBy(() -> delete(VolumePolicy.REMOVE)).isInstanceOf(PreviewException.class);
    assertThat(objects.get("apps/v1/statefulsets", "host")).isPresent();
    delete(VolumePolicy.REMOVE);
    assertThat(objects.keys()).isEmpty();
  }

  @Test
  void aKindThatTheClusterHasNoMoreDoesNotStandInTheWayOfItsEnd() {
    ensure(SET);
    objects
        .get("apps/v1/statefulsets", "host")
        .orElseThrow()
        .make("metadata", "annotations")
        .put("dev.previews.kinds", "apps/v1/statefulsets,gone.example.com/v1/things");
    server.on("GET", "/apis/gone.example.com/v1/namespaces/ns/things", 404, "{}");
    delete(VolumePolicy.REMOVE);
    assertThat(objects.keys()).isEmpty();
  }

  @Test
  void whatTheTemplateDropsIsNamed() {
    ensure(SET + SERVICE + POLICY);
    ensure(SET);
    assertThat(events.toString())
        .contains("services 'extra': is dropped")
        .contains("networkpolicies 'policy': is dropped");
    assertThat(objects.get("v1/services", "extra")).isEmpty();
    assertThat(objects.get("networking.k8s.io/v1/networkpolicies", "policy")).isEmpty();
  }

  @Test
  void aMachineWhoseStartTheClusterPutsOffIsMadeAnew() {
    objects.podStatus = BACK_OFF;
    assertThatThrownBy(() -> ensure(SET))
        .isInstanceOf(RemoteCommandException.class)
        .hasMessageContaining("CrashLoopBackOff");
    String volume = uid(CLAIMS, "data-host-0");
    String waiting = uid("apps/v1/statefulsets", "host");
    // What was wrong is mended; the old Pod would still wait for minutes.
    objects.podStatus = new FakeObjects().podStatus;
    ensure(SET);
    assertThat(uid("apps/v1/statefulsets", "host")).isNotEqualTo(waiting);
    assertThat(uid(CLAIMS, "data-host-0")).isEqualTo(volume);
    assertThat(events.toString()).contains("is made anew", "CrashLoopBackOff");
  }

  @Test
  void aMachineThatWasScaledDownIsMadeAnew() {
    ensure(SET);
    KubeObject host = objects.get("apps/v1/statefulsets", "host").orElseThrow();
    host.make("spec").put("replicas", 0);
    host.make("status").put("readyReplicas", 0);
    ensure(SET);
    assertThat(uid("apps/v1/statefulsets", "host")).isNotEqualTo(host.uid());
    assertThat(events.toString()).contains("scaled down");
  }

  @Test
  void aWebhookThatCannotBeTriedOutForbidsNothing() {
    objects.trialRefusal = java.util.Optional.of("admission webhook x does not support dry run");
    ensure(SET);
    assertThat(objects.get("apps/v1/statefulsets", "host")).isPresent();
  }

  @Test
  void whatIsWrongWithTheObjectsAndWhichRightsAreMissingIsSaidTogether() {
    objects.rules = "[{\"verbs\":[\"get\",\"list\"],\"apiGroups\":[\"*\"],\"resources\":[\"*\"]}]";
    server.on("POST", ACCESS, 201, "{\"status\":{\"allowed\":false}}");
    String wrong =
        SET.replace("app: host}}\n  template", "app: other}}\n  template")
            + CLAIM.replace("name: cache", "name: cache, namespace: elsewhere");
    assertThatThrownBy(() -> ensure(wrong))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("app: other")
        .hasMessageContaining("elsewhere")
        .hasMessageContaining("create persistentvolumeclaims")
        .hasMessageContaining("delete statefulsets of apps");
    assertThat(objects.keys()).isEmpty();
  }

  @Test
  void aClaimOfATemplateNeedsNoRightToCreateOne() {
    objects.rules =
        """
        [{"verbs":["*"],"apiGroups":["apps"],"resources":["*"]},
        {"verbs":["*"],"apiGroups":[""],"resources":["pods","pods/exec","pods/portforward"]},
        {"verbs":["get","list","patch","delete"],"apiGroups":[""],
        "resources":["persistentvolumeclaims"]}]
        """;
    server.on("POST", ACCESS, 201, "{\"status\":{\"allowed\":false}}");
    ensure(SET);
    assertThat(objects.get("apps/v1/statefulsets", "host")).isPresent();
    delete(VolumePolicy.REMOVE);
    assertThatThrownBy(() -> ensure(SET + CLAIM))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("create persistentvolumeclaims");
  }

  @Test
  void aPodThatAQuotaForbidsIsNotWaitedForLong() {
    objects.podStatus = "";
    server.on(
        exchange -> {
          if (exchange.path().equals("/api/v1/namespaces/ns/pods")) {
            return exchange.answer(200, "{\"items\":[]}");
          }
          return exchange.path().endsWith("/events")
              && exchange.answer(
                  200,
                  """
                  {"items":[{"reason":"FailedCreate","involvedObject":{"name":"host-5d4f"},
                  "message":"pods is forbidden: exceeded quota: small"}]}
                  """);
        });
    Context context = Context.of(Deadline.in(Duration.ofSeconds(40)), events::add);
    long start = System.nanoTime();
    assertThatThrownBy(
            () ->
                new Installation(
                        cluster,
                        new Machines(cluster),
                        new Waits(Duration.ofSeconds(5), Duration.ZERO, true),
                        context)
                    .ensure(MachineSpec.of(ID, "alice"), Manifests.parse("test", SET)))
        .isInstanceOf(RemoteCommandException.class)
        .hasMessageContaining("it has no Pod: pods is forbidden: exceeded quota: small");
    assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(35));
  }

  @Test
  void atTheDeadlineThePodsStateAndEventsAreSaidAndThoseOfItsVolume() {
    objects.podStatus = "{\"phase\":\"Pending\"}";
    objects.stored =
        object -> {
          if (object.kind().equals("StatefulSet")) {
            object
                .make("spec", "template", "spec")
                .put(
                    "volumes",
                    List.of(Map.of("persistentVolumeClaim", Map.of("claimName", "data-host-0"))));
          }
          return object;
        };
    server.on(
        exchange ->
            exchange.path().endsWith("/events")
                && exchange.answer(
                    200,
                    exchange.query("fieldSelector").contains("involvedObject.name=data-host-0")
                        ? event("ProvisioningFailed", "no such storage class")
                        : event("Scheduled", "on a node")));
    server.on(
        exchange -> {
          Thread.sleep(20); // so that the deadline passes under a request as often as not
          return false;
        });
    Context context = Context.of(Deadline.in(Duration.ofSeconds(3)), events::add);
    assertThatThrownBy(
            () ->
                new Installation(
                        cluster,
                        new Machines(cluster),
                        new Waits(Duration.ofSeconds(60), Duration.ZERO, true),
                        context)
                    .ensure(MachineSpec.of(ID, "alice"), Manifests.parse("test", SET)))
        .isInstanceOf(DeadlineException.class)
        .hasMessageContaining("Pod host-0 is Pending")
        .hasMessageContaining("event Scheduled: on a node")
        .hasMessageContaining("event ProvisioningFailed: no such storage class");
  }

  private static String event(String reason, String message) {
    return "{\"items\":[{\"reason\":\"" + reason + "\",\"message\":\"" + message + "\"}]}";
  }

  @Test
  void whatCannotBeReadHidesNoReason() {
    objects.podStatus = BACK_OFF;
    server.on(
        exchange ->
            (exchange.path().endsWith("/log") || exchange.path().endsWith("/events"))
                && exchange.hangUp());
    assertThatThrownBy(() -> ensure(SET))
        .isInstanceOf(RemoteCommandException.class)
        .hasMessageContaining("CrashLoopBackOff")
        .hasMessageContaining("(no log of docker: ");
  }

  @Test
  void theMachineKnowsItsHostByName() {
    Machine machine = ensure(SET);
    assertThat(new Machines(cluster).hostOf(machine)).isEqualTo("host");
    assertThat(machine.properties()).containsAllEntriesOf(Map.of("host", "host"));
  }
}
