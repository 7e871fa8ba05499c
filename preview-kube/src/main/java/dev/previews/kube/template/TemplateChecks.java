package dev.previews.kube.template;

import dev.previews.kube.cluster.KubeObject;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;

/** What is wrong with the objects of a template, as far as they tell themselves. */
public final class TemplateChecks {
  /** The label of the object whose Pod is the machine. */
  public static final String COMPONENT = "app.kubernetes.io/component";

  /** That label's value. */
  public static final String DOCKER_HOST = "docker-host";

  private static final Pattern NAME = Pattern.compile("[a-z0-9]([-a-z0-9.]{0,251}[a-z0-9])?");

  private TemplateChecks() {}

  /** Every problem, one line each; none when it is fine. */
  public static List<String> problems(List<KubeObject> objects, String namespace) {
    List<String> problems = new ArrayList<>();
    Set<String> seen = new HashSet<>();
    for (KubeObject object : objects) {
      if (object.apiVersion().isEmpty() || object.kind().isEmpty() || object.name().isEmpty()) {
        problems.add("a document lacks apiVersion, kind or metadata.name: " + object);
        continue;
      }
      if (!NAME.matcher(object.name()).matches()) {
        problems.add(object + ": the name is not valid");
      }
      if (!object.namespace().isEmpty() && !object.namespace().equals(namespace)) {
        problems.add(
            object
                + " is in the namespace '"
                + object.namespace()
                + "', not in '"
                + namespace
                + "'");
      }
      if (!seen.add(object.apiVersion() + " " + object)) {
        problems.add(object + " is there twice");
      }
      checkSelector(object, problems);
    }
    checkHost(objects, problems);
    return problems;
  }

  private static void checkHost(List<KubeObject> objects, List<String> problems) {
    List<KubeObject> hosts = objects.stream().filter(TemplateChecks::isDockerHost).toList();
    for (KubeObject host : hosts) {
      if (host.texts("spec", "selector", "matchLabels").isEmpty()) {
        problems.add(host + ": its selector needs matchLabels, which its Pod is found by");
      }
    }
    if (hosts.size() != 1) {
      problems.add(
          "exactly one Deployment or StatefulSet needs the label "
              + COMPONENT
              + ": "
              + DOCKER_HOST
              + "; there "
              + (hosts.isEmpty() ? "is none" : "are " + hosts));
    }
  }

  private static void checkSelector(KubeObject object, List<String> problems) {
    Map<String, String> selector = object.texts("spec", "selector", "matchLabels");
    for (KubeObject pod : PodTemplates.of(object)) {
      Map<String, String> labels = pod.labels();
      selector.forEach(
          (key, value) -> {
            if (!value.equals(labels.get(key))) {
              problems.add(
                  object
                      + ": its selector wants the label "
                      + key
                      + ": "
                      + value
                      + ", but its Pods have "
                      + labels);
            }
          });
    }
  }

  /** Whether the object's Pod is the machine. */
  public static boolean isDockerHost(KubeObject object) {
    return (object.kind().equals("Deployment") || object.kind().equals("StatefulSet"))
        && DOCKER_HOST.equals(object.labels().get(COMPONENT));
  }
}
