package dev.previews.kube.template;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class TemplateChecksTest {
  private static String host(String name, String selector) {
    return """
    ---
    apiVersion: apps/v1
    kind: Deployment
    metadata: {name: %s, labels: {app.kubernetes.io/component: docker-host}}
    spec:
      selector: %s
      template:
        metadata: {labels: {app: a}}
        spec: {containers: [{name: c, image: i}]}
    """
        .formatted(name, selector);
  }

  private static List<String> problems(String yaml) {
    return TemplateChecks.problems(Manifests.parse("test", yaml), "ns");
  }

  @Test
  void oneHostIsRight() {
    assertThat(problems(host("one", "{matchLabels: {app: a}}"))).isEmpty();
  }

  @Test
  void twoHostsAreNamed() {
    assertThat(
            problems(
                host("one", "{matchLabels: {app: a}}") + host("two", "{matchLabels: {app: a}}")))
        .singleElement()
        .asString()
        .contains("exactly one", "'one'", "'two'");
  }

  @Test
  void aHostWhosePodCouldNotBeToldFromOthersIsRefused() {
    assertThat(problems(host("one", "{matchExpressions: [{key: app, operator: In, values: [a]}]}")))
        .singleElement()
        .asString()
        .contains("'one'", "matchLabels");
  }
}
