package dev.previews.kube;

import dev.previews.exec.Deadline;
import dev.previews.kube.cluster.Answer;
import dev.previews.kube.cluster.Cluster;
import dev.previews.kube.cluster.KubeObject;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** What we may do in the namespace, asked before anything is done. */
final class Permissions {
  private static final String API = "authorization.k8s.io/v1";
  private static final List<String> FOR_OBJECTS =
      List.of("get", "list", "create", "patch", "delete");
  private static final List<String> FOR_CLAIMS = List.of("get", "list", "patch", "delete");

  private final Cluster cluster;
  private final Deadline deadline;

  Permissions(Cluster cluster, Deadline deadline) {
    this.cluster = cluster;
    this.deadline = deadline;
  }

  /** A verb on a resource; a subresource is a part of its name. */
  private record Right(String verb, String group, String resource) {
    @Override
    public String toString() {
      return verb + " " + resource + (group.isEmpty() ? "" : " of " + group);
    }
  }

  /**
   * What is missing; one line each.
   *
   * @param written the resources of the objects that the template says, as {@code
   *     apps/v1/statefulsets}
   * @param claimed whether one of them makes claims
   * @param ends whether the environment is to end by itself
   */
  List<String> missing(List<String> written, boolean claimed, boolean ends) {
    List<KubeObject> rules = rules();
    List<String> missing = new ArrayList<>();
    for (Right right : needed(written, claimed, ends)) {
      if (rules.stream().noneMatch(it -> grants(it, right)) && isRefused(right)) {
        missing.add("missing permission: " + right + ", see rbac.yaml of preview-kube");
      }
    }
    return missing;
  }

  private Set<Right> needed(List<String> written, boolean claimed, boolean ends) {
    Set<Right> needed = new LinkedHashSet<>();
    for (String each : written) {
      List<String> parts = List.of(each.split("/"));
      String group = parts.size() == 3 ? parts.get(0) : "";
      String resource = parts.get(parts.size() - 1);
      FOR_OBJECTS.forEach(it -> needed.add(new Right(it, group, resource)));
    }
    if (claimed) {
      FOR_CLAIMS.forEach(it -> needed.add(new Right(it, "", "persistentvolumeclaims")));
    }
    if (ends) {
      FOR_OBJECTS.forEach(it -> needed.add(new Right(it, "batch", "jobs")));
      FOR_OBJECTS.forEach(it -> needed.add(new Right(it, "", "configmaps")));
      needed.add(new Right("patch", "batch", Lifetime.STATUS));
    }
    needed.add(new Right("get", "", "pods"));
    needed.add(new Right("list", "", "pods"));
    for (String streams : List.of("pods/exec", "pods/portforward")) {
      needed.add(new Right("get", "", streams));
      if (cluster.wantsCreateForStreams()) {
        needed.add(new Right("create", "", streams));
      }
    }
    return needed;
  }

  /** What the server says in one answer; not all of it where other authorizers decide, too. */
  private List<KubeObject> rules() {
    Answer answer = review("SelfSubjectRulesReview", Map.of("namespace", cluster.namespace()));
    return answer.body().objects("status", "resourceRules");
  }

  private static boolean grants(KubeObject rule, Right right) {
    return has(rule, "verbs", right.verb())
        && has(rule, "apiGroups", right.group())
        && has(rule, "resources", right.resource())
        && !rule.at("resourceNames").isPresent();
  }

  private static boolean has(KubeObject rule, String list, String value) {
    return rule.at(list).orElse(List.of()) instanceof List<?> values
        && (values.contains(value) || values.contains("*"));
  }

  /** Where the question itself is refused, what is done later says what is missing. */
  private boolean isRefused(Right right) {
    String[] resource = right.resource().split("/");
    Map<String, Object> attributes = new LinkedHashMap<>();
    attributes.put("namespace", cluster.namespace());
    attributes.put("verb", right.verb());
    attributes.put("group", right.group());
    attributes.put("resource", resource[0]);
    if (resource.length > 1) {
      attributes.put("subresource", resource[1]);
    }
    Answer answer = review("SelfSubjectAccessReview", Map.of("resourceAttributes", attributes));
    return answer.ok() && !answer.body().text("status", "allowed").equals("true");
  }

  private Answer review(String kind, Map<String, Object> spec) {
    Map<String, Object> body = Map.of("apiVersion", API, "kind", kind, "spec", spec);
    String resource = kind.toLowerCase(java.util.Locale.ROOT) + "s";
    return cluster.post(Cluster.base(API) + "/" + resource, body, deadline);
  }
}
