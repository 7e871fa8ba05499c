package dev.previews.kube;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.previews.environment.EnvironmentId;
import dev.previews.environment.Template;
import dev.previews.environment.VolumePolicy;
import dev.previews.error.InvalidInputException;
import dev.previews.exec.Deadline;
import dev.previews.kube.cluster.KubeObject;
import dev.previews.machines.TestPod;
import dev.previews.progress.ProgressEvent;
import dev.previews.spi.Context;
import dev.previews.spi.Driver;
import dev.previews.spi.MachineSpec;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.Test;

/** A template that changes between two calls, and one that does not. */
class ChangedTemplateIT {
  private static final EnvironmentId ID = EnvironmentId.of("changing");
  private static final String EXTRA =
      """
      ---
      apiVersion: v1
      kind: ConfigMap
      metadata: {name: '{{id}}-extra'}
      data: {key: value}
      """;

  private final List<ProgressEvent> events = new CopyOnWriteArrayList<>();

  private Context context() {
    return Context.of(Deadline.in(Duration.ofMinutes(2)), events::add);
  }

  private static MachineSpec spec(String text) {
    return MachineSpec.of(ID, "carol").template(new Template("machine.yaml", text));
  }

  private static String template() throws IOException {
    try (var in = Kube.class.getResourceAsStream("machine.yaml")) {
      return new String(Objects.requireNonNull(in).readAllBytes(), StandardCharsets.UTF_8);
    }
  }

  /** The resourceVersion of everything there is. */
  private static Map<String, String> versions(KubeEnvironments environments) {
    Map<String, String> versions = new TreeMap<>();
    for (String resource : Deletion.COMMON) {
      for (KubeObject object : environments.objects(resource, ID.value())) {
        versions.put(resource + "/" + object.name(), object.text("metadata", "resourceVersion"));
      }
    }
    return versions;
  }

  private static String uid(KubeEnvironments environments, String resource) {
    return environments.objects(resource, ID.value()).get(0).uid();
  }

  @Test
  void anUnchangedOneChangesNothingAndAChangedOneReplacesTheMachine() throws Exception {
    try (KubeEnvironments environments = new KubeEnvironments();
        Driver driver = environments.kube().open(context())) {
      driver.ensure(spec(template() + EXTRA), context());
      Map<String, String> before = settled(environments);
      assertThat(before)
          .containsKeys(
              "apps/v1/statefulsets/preview-changing",
              "v1/configmaps/changing-extra",
              "v1/persistentvolumeclaims/data-preview-changing-0",
              "v1/pods/preview-changing-0",
              "v1/services/preview-changing");
      events.clear();
      driver.ensure(spec(template() + EXTRA), context());
      assertThat(versions(environments)).isEqualTo(before);
      assertThat(events).noneMatch(ProgressEvent.Notice.class::isInstance);

      String wrong = template().replace("        image:", "        imagee: x\n        image:");
      assertThatThrownBy(() -> driver.ensure(spec(wrong), context()))
          .isInstanceOf(InvalidInputException.class)
          .hasMessageContaining("imagee");
      assertThat(versions(environments)).as("a wrong one costs nothing").isEqualTo(before);

      String claim = uid(environments, "v1/persistentvolumeclaims");
      String pod = uid(environments, "v1/pods");
      String changed =
          template()
              .replace("      terminationGracePeriodSeconds: 10\n", "")
              .replace("failureThreshold: 180", "failureThreshold: 90");
      driver.ensure(spec(changed), context());
      assertThat(events.toString())
          .contains(
              "StatefulSet 'preview-changing': spec.template.spec.terminationGracePeriodSeconds: 10"
                  + " -> (none)",
              "spec.template.spec.containers[docker].startupProbe.failureThreshold: 180 -> 90");
      assertThat(uid(environments, "v1/pods")).isNotEqualTo(pod);
      assertThat(uid(environments, "v1/persistentvolumeclaims")).isEqualTo(claim);
      assertThat(environments.objects("v1/configmaps", ID.value())).isEmpty();

      driver.delete(ID, VolumePolicy.REMOVE, context());
      assertThat(environments.leftovers(ID.value())).isEmpty();
    }
  }

  /**
   * The versions as soon as the controllers have nothing more to say: the kubelet says that the Pod
   * is ready well after the driver could use it.
   */
  private static Map<String, String> settled(KubeEnvironments environments) {
    Map<String, String> last = new TreeMap<>();
    await()
        .atMost(Duration.ofSeconds(90))
        .until(() -> environments.namespace().pods().stream().allMatch(TestPod::ready));
    await()
        .pollInterval(Duration.ofSeconds(1))
        .until(
            () -> {
              Map<String, String> now = versions(environments);
              boolean same = now.equals(last);
              last.clear();
              last.putAll(now);
              return same;
            });
    return last;
  }
}
