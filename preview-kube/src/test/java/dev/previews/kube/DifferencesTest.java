package dev.previews.kube;

import static org.assertj.core.api.Assertions.assertThat;

import dev.previews.environment.EnvironmentId;
import dev.previews.kube.cluster.KubeObject;
import dev.previews.kube.template.Manifests;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;

class DifferencesTest {
  private static final String BEFORE =
      """
      apiVersion: apps/v1
      kind: Deployment
      metadata: {name: a}
      spec:
        paused: false
        template:
          spec:
            containers:
            - {name: one, image: "one:1", command: [a, b], resources: {requests: {memory: 1024Mi}}}
            - {name: two, image: "two:1"}
      """;

  private static KubeObject object(String yaml) {
    return Manifests.parse("test", yaml).get(0);
  }

  private static KubeObject marked(String yaml) {
    KubeObject object = object(yaml);
    new Ownership(EnvironmentId.of("e"), "me", Instant.EPOCH, "digest", List.of()).mark(object);
    return object;
  }

  @Test
  void changedNewAndRemovedFieldsAreNamed() {
    KubeObject is = marked(BEFORE);
    // What a server makes of it: defaults, and quantities in its own words.
    is.make("spec").put("replicas", 1);
    String after =
        BEFORE
            .replace("paused: false", "minReadySeconds: 3")
            .replace("one:1", "one:2")
            .replace("[a, b]", "[a]")
            .replace("- {name: two, image: \"two:1\"}", "");
    assertThat(Differences.between(is, marked(after)))
        .containsExactly(
            "spec.minReadySeconds: (none) -> 3",
            "spec.paused: false -> (none)",
            "spec.template.spec.containers[one].command[1]: b -> (none)",
            "spec.template.spec.containers[one].image: one:1 -> one:2",
            "spec.template.spec.containers[two].image: two:1 -> (none)",
            "spec.template.spec.containers[two].name: two -> (none)");
  }

  @Test
  void whatTheServerSaysInItsOwnWordsIsNoChange() {
    KubeObject is = marked(BEFORE.replace("1024Mi", "1Gi"));
    is.make("metadata", "annotations").put(Ownership.FIELDS, Fields.of(object(BEFORE)).summary());
    assertThat(Differences.between(is, marked(BEFORE))).isEmpty();
  }

  @Test
  void valuesOfSecretsAreNotShown() {
    String secret = "{apiVersion: v1, kind: Secret, metadata: {name: s}, stringData: {key: one}}";
    assertThat(Differences.between(marked(secret), marked(secret.replace("one", "two"))))
        .containsExactly("stringData.key: (secret) -> (secret)");
  }
}
