package dev.previews.kube;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.previews.environment.EnvironmentId;
import dev.previews.environment.Template;
import dev.previews.environment.VolumePolicy;
import dev.previews.error.InvalidInputException;
import dev.previews.error.OwnershipException;
import dev.previews.error.PreviewException;
import dev.previews.error.RemoteCommandException;
import dev.previews.exec.Command;
import dev.previews.exec.Deadline;
import dev.previews.exec.Execution;
import dev.previews.kube.cluster.KubeObject;
import dev.previews.machines.TestCluster;
import dev.previews.progress.ProgressEvent;
import dev.previews.spi.Connection;
import dev.previews.spi.Context;
import dev.previews.spi.Driver;
import dev.previews.spi.Machine;
import dev.previews.spi.MachineSpec;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.parallel.ExecutionMode;

/** Templates as administrators write them, on a real cluster. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@org.junit.jupiter.api.parallel.Execution(ExecutionMode.CONCURRENT)
class TemplatesIT {
  private static final String OWNER = "alice@example.com";
  private static final String RUNTIME_CLASSES = "/apis/node.k8s.io/v1/runtimeclasses";

  private final List<ProgressEvent> events = new CopyOnWriteArrayList<>();
  private KubeEnvironments environments;
  private Driver driver;

  @BeforeAll
  void open() {
    environments = new KubeEnvironments();
    driver =
        environments
            .kube()
            .imageMap("docker:24-dind", TestCluster.find().machineImage())
            .imageMap("nestybox/alpine-docker", TestCluster.find().machineImage())
            .imageMap("ghcr.io/livecycle/kafka-docker:lc-1.1.0", TestCluster.find().machineImage())
            .open(context());
  }

  @AfterAll
  void close() {
    if (environments != null) {
      driver.close();
      environments.close();
    }
  }

  private Context context() {
    return Context.of(Deadline.in(Duration.ofMinutes(2)), events::add);
  }

  private static MachineSpec spec(String id, String template) throws IOException {
    try (var in = TemplatesIT.class.getResourceAsStream(template)) {
      String text = new String(Objects.requireNonNull(in).readAllBytes(), StandardCharsets.UTF_8);
      return MachineSpec.of(EnvironmentId.of(id), OWNER).template(new Template(template, text));
    }
  }

  private static MachineSpec inline(String id, String text) {
    return MachineSpec.of(EnvironmentId.of(id), OWNER).template(new Template("inline.yaml", text));
  }

  private Map<String, String> versions(String id) {
    Map<String, String> versions = new LinkedHashMap<>();
    for (String resource : List.of("apps/v1/deployments", "v1/services", "v1/configmaps")) {
      for (KubeObject object : environments.objects(resource, id)) {
        // The status of a Deployment may still move.
        versions.put(
            resource + "/" + object.name(), object.uid() + object.number("metadata", "generation"));
      }
    }
    return versions;
  }

  @Test
  void aTemplateWithASharedNameServesOneEnvironmentOnly() throws Exception {
    MachineSpec first = spec("first", "two-deployments.yaml");
    Machine machine = driver.ensure(first, context());
    try (Connection connection = driver.connect(machine, context());
        Execution execution = connection.exec(Command.of("docker", "version"))) {
      assertThat(execution.await()).isZero();
    }
    Map<String, String> before = versions("first");
    assertThat(before)
        .containsKeys(
            "apps/v1/deployments/kafka", "apps/v1/deployments/first", "v1/services/first-kafka");
    driver.ensure(first, context());
    assertThat(versions("first")).isEqualTo(before);

    assertThatThrownBy(() -> driver.ensure(spec("second", "two-deployments.yaml"), context()))
        .isInstanceOf(OwnershipException.class)
        .hasMessageContaining("kafka")
        .hasMessageContaining("first")
        .hasMessageContaining("second");
    assertThat(versions("first")).isEqualTo(before);
    assertThat(environments.leftovers("second")).isEmpty();

    // Without the template, and from another driver.
    try (Driver other = environments.kube().open(context())) {
      other.delete(first.id(), VolumePolicy.REMOVE, context());
    }
    assertThat(environments.leftovers("first")).isEmpty();
  }

  @Test
  void aRuntimeClassIsPutWhereItTakesEffect() throws Exception {
    boolean made = makeRuntimeClass();
    try {
      // Without the privileges of a real sysbox runtime its engine cannot start.
      Context briefly = Context.of(Deadline.in(Duration.ofSeconds(10)), events::add);
      assertThatThrownBy(() -> driver.ensure(spec("boxed", "runtime-class.yaml"), briefly))
          .isInstanceOf(PreviewException.class);
      KubeObject stored = environments.objects("apps/v1/deployments", "boxed").get(0);
      assertThat(stored.annotations())
          .containsEntry("io.kubernetes.cri-o.userns-mode", "auto:size=65536");
      assertThat(stored.text("spec", "template", "spec", "runtimeClassName"))
          .isEqualTo("sysbox-runc");
      assertThat(events.toString()).contains("runtimeClassName");
    } finally {
      driver.delete(EnvironmentId.of("boxed"), VolumePolicy.REMOVE, context());
      if (made) {
        environments
            .cluster()
            .delete(RUNTIME_CLASSES + "/sysbox-runc", Map.of(), KubeEnvironments.deadline())
            .orThrow();
      }
    }
  }

  /** Pods find their class by this name in the whole cluster; whoever made it removes it. */
  private boolean makeRuntimeClass() {
    Map<String, Object> handler =
        Map.of(
            "apiVersion", "node.k8s.io/v1",
            "kind", "RuntimeClass",
            "metadata", Map.of("name", "sysbox-runc"),
            "handler", "runc");
    int status =
        environments.cluster().post(RUNTIME_CLASSES, handler, KubeEnvironments.deadline()).status();
    assertThat(status).isIn(201, 409);
    return status == 201;
  }

  @Test
  void everythingThatIsWrongIsSaidAtOnceAndNothingIsCreated() {
    String text =
        """
        apiVersion: apps/v1
        kind: Deployment
        metadata: {name: '{{id}}', namespace: elsewhere}
        spec:
          selector: {matchLabels: {app: a}}
          template:
            metadata: {labels: {app: b}}
            spec: {containers: [{name: c, image: i}]}
        ---
        apiVersion: example.com/v1
        kind: Unheard
        metadata: {name: '{{id}}'}
        """;
    assertThatThrownBy(() -> driver.ensure(inline("wrong", text), context()))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("docker-host")
        .hasMessageContaining("elsewhere")
        .hasMessageContaining("app: a")
        .hasMessageContaining("Unheard");
    assertThat(environments.leftovers("wrong")).isEmpty();
  }

  @Test
  void aForeignObjectIsRefused() {
    environments
        .cluster()
        .post(
            new Resources(environments.cluster()).path("v1/services"),
            Map.of(
                "apiVersion",
                "v1",
                "kind",
                "Service",
                "metadata",
                Map.of("name", "preview-nobodys"),
                "spec",
                Map.of("clusterIP", "None", "selector", Map.of("a", "b"))),
            KubeEnvironments.deadline())
        .orThrow();
    assertThatThrownBy(
            () -> driver.ensure(MachineSpec.of(EnvironmentId.of("nobodys"), OWNER), context()))
        .isInstanceOf(OwnershipException.class)
        .hasMessageContaining("preview-nobodys")
        .hasMessageContaining("nobody");
    assertThat(environments.leftovers("nobodys")).isEmpty();
  }

  @Test
  void aMissingImageEndsTheWaitEarlyAndSaysWhy() {
    Driver hopeless = environments.kube().image("127.0.0.1:1/image:1").open(context());
    long start = System.nanoTime();
    assertThatThrownBy(
            () -> hopeless.ensure(MachineSpec.of(EnvironmentId.of("imageless"), OWNER), context()))
        .isInstanceOf(RemoteCommandException.class)
        .hasMessageContaining("127.0.0.1:1/image:1")
        .hasMessageContaining("cannot become ready")
        .hasMessageContaining("event ");
    assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(110));
    driver.delete(EnvironmentId.of("imageless"), VolumePolicy.REMOVE, context());
    assertThat(environments.leftovers("imageless")).isEmpty();
    hopeless.close();
  }

  @Test
  void anUpThatFailedIsRemovedWithItsUncommonKindsAndWithoutItsTemplate() {
    String text =
        """
        apiVersion: apps/v1
        kind: Deployment
        metadata: {name: '{{id}}', labels: {app.kubernetes.io/component: docker-host}}
        spec:
          selector: {matchLabels: {app: '{{id}}'}}
          template:
            metadata: {labels: {app: '{{id}}'}}
            spec: {containers: [{name: engine, image: '127.0.0.1:1/image:1'}]}
        ---
        apiVersion: autoscaling/v1
        kind: HorizontalPodAutoscaler
        metadata: {name: '{{id}}'}
        spec: {maxReplicas: 1, scaleTargetRef: {apiVersion: apps/v1, kind: Deployment, name: '{{id}}'}}
        """;
    String scalers = "autoscaling/v1/horizontalpodautoscalers";
    assertThatThrownBy(() -> driver.ensure(inline("failed", text), context()))
        .hasMessageContaining("cannot become ready");
    assertThat(environments.objects(scalers, "failed")).hasSize(1);
    try (Driver other = environments.kube().open(context())) {
      other.delete(EnvironmentId.of("failed"), VolumePolicy.REMOVE, context());
    }
    assertThat(environments.objects(scalers, "failed")).isEmpty();
    assertThat(environments.leftovers("failed")).isEmpty();
  }
}
