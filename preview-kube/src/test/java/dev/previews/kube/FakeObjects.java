package dev.previews.kube;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.previews.kube.cluster.Cluster;
import dev.previews.kube.cluster.FakeExchange;
import dev.previews.kube.cluster.FakeServer;
import dev.previews.kube.cluster.KubeObject;
import java.io.IOException;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.UUID;
import java.util.function.UnaryOperator;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The objects of one namespace as a server keeps them: created, changed, found by labels, deleted.
 * Workloads get a Pod at once, and claims from their templates.
 */
final class FakeObjects implements FakeServer.Handler {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final String RULES = "/apis/authorization.k8s.io/v1/selfsubjectrulesreviews";
  private static final Pattern PATH =
      Pattern.compile("/apis?/((?:[^/]+/)?v[^/]+)/namespaces/ns/([a-z]+)(?:/([^/]+))?(?:/(.+))?");
  private static final Map<String, Map<String, String>> KINDS =
      Map.of(
          "v1",
          Map.of(
              "Service", "services",
              "ConfigMap", "configmaps",
              "PersistentVolumeClaim", "persistentvolumeclaims"),
          "apps/v1",
          Map.of("Deployment", "deployments", "StatefulSet", "statefulsets"),
          "batch/v1",
          Map.of("Job", "jobs"),
          "networking.k8s.io/v1",
          Map.of("NetworkPolicy", "networkpolicies"));

  private final Map<String, KubeObject> objects = new TreeMap<>();

  /** What each new Pod's status is. */
  String podStatus =
      """
      {"phase":"Running","conditions":[{"type":"Ready","status":"True"}]}
      """;

  /** What becomes of an object that is created; what a server fills in, or drops. */
  UnaryOperator<KubeObject> stored = UnaryOperator.identity();

  /** What is said to a trial apply; 200 unless it is given. */
  Optional<String> trialRefusal = Optional.empty();

  /** The rules that the server tells of; all rights unless they are others. */
  String rules = "[{\"verbs\":[\"*\"],\"apiGroups\":[\"*\"],\"resources\":[\"*\"]}]";

  /** An object by its resource and name, as {@code v1/services}. */
  synchronized Optional<KubeObject> get(String resource, String name) {
    return Optional.ofNullable(objects.get(resource + "/" + name));
  }

  /** All keys: resource and name. */
  synchronized List<String> keys() {
    return List.copyOf(objects.keySet());
  }

  /** Puts an object there, as if somebody else had made it. */
  synchronized void put(String resource, KubeObject object) {
    Map<String, Object> metadata = object.make("metadata");
    metadata.put("namespace", "ns");
    metadata.putIfAbsent("uid", UUID.randomUUID().toString());
    metadata.putIfAbsent(
        "creationTimestamp", Instant.now().truncatedTo(ChronoUnit.SECONDS).toString());
    objects.put(resource + "/" + object.name(), object);
  }

  /** What a server does when nobody owns an object any more: that goes, too. */
  synchronized void delete(String resource, String name) {
    String key = resource + "/" + name;
    KubeObject object = objects.get(key);
    if (object != null) {
      remove(key, object);
    }
  }

  @Override
  public synchronized boolean handle(FakeExchange exchange) throws Exception {
    if (exchange.path().equals(RULES)) {
      return exchange.answer(201, "{\"status\":{\"resourceRules\":" + rules + "}}");
    }
    for (Map.Entry<String, Map<String, String>> group : KINDS.entrySet()) {
      if (exchange.path().equals(Cluster.base(group.getKey()))) {
        return exchange.answer(200, resources(group.getValue()));
      }
    }
    Matcher path = PATH.matcher(exchange.path());
    if (!path.matches() || path.group(2).equals("events") || "log".equals(path.group(4))) {
      return false;
    }
    String resource = path.group(1) + "/" + path.group(2);
    return path.group(3) == null
        ? collection(exchange, resource)
        : single(exchange, resource + "/" + path.group(3));
  }

  private static String resources(Map<String, String> kinds) throws JsonProcessingException {
    List<Object> list = new ArrayList<>();
    kinds.forEach((kind, name) -> list.add(Map.of("kind", kind, "name", name, "namespaced", true)));
    return JSON.writeValueAsString(Map.of("resources", list));
  }

  private boolean collection(FakeExchange exchange, String resource) throws IOException {
    if (exchange.method().equals("POST")) {
      KubeObject object = stored.apply(Cluster.parse(exchange.body()));
      if (objects.containsKey(resource + "/" + object.name())) {
        return exchange.answer(409, "{\"message\":\"already exists\"}");
      }
      put(resource, object);
      start(object);
      return exchange.answer(201, JSON.writeValueAsString(object.tree()));
    }
    List<String> selector =
        exchange.query("labelSelector").stream()
            .flatMap(it -> Arrays.stream(it.split(",")))
            .toList();
    List<Object> items = new ArrayList<>();
    objects.forEach(
        (key, object) -> {
          if (key.startsWith(resource + "/")
              && selector.stream().allMatch(it -> matches(object.labels(), it))) {
            Map<String, Object> item = new LinkedHashMap<>(object.tree());
            item.remove("kind");
            items.add(item);
          }
        });
    return exchange.answer(200, JSON.writeValueAsString(Map.of("items", items)));
  }

  private static boolean matches(Map<String, String> labels, String term) {
    String[] parts = term.split("=", 2);
    return parts.length == 1 ? labels.containsKey(parts[0]) : parts[1].equals(labels.get(parts[0]));
  }

  private boolean single(FakeExchange exchange, String key) throws IOException {
    if (exchange.method().equals("PATCH") && !exchange.query("dryRun").isEmpty()) {
      return trialRefusal.isPresent()
          ? exchange.answer(400, "{\"message\":\"" + trialRefusal.get() + "\"}")
          : exchange.answer(200, exchange.body());
    }
    KubeObject object = objects.get(key);
    if (object == null) {
      return exchange.answer(404, "{\"message\":\"not found\"}");
    }
    if (exchange.method().equals("PATCH")) {
      merge(object.tree(), Cluster.parse(exchange.body()).tree());
    } else if (exchange.method().equals("DELETE")) {
      remove(key, object);
    }
    return exchange.answer(200, JSON.writeValueAsString(object.tree()));
  }

  private static void merge(Map<String, Object> into, Map<String, Object> change) {
    change.forEach(
        (key, value) -> {
          if (value instanceof Map && into.get(key) instanceof Map) {
            merge(KubeObject.of(into.get(key)).tree(), KubeObject.of(value).tree());
          } else {
            into.put(key, value);
          }
        });
  }

  private void remove(String key, KubeObject object) {
    objects.remove(key);
    Map<String, KubeObject> owned = new TreeMap<>(objects);
    owned
        .values()
        .removeIf(
            it ->
                it.objects("metadata", "ownerReferences").stream()
                    .noneMatch(owner -> owner.text("uid").equals(object.uid())));
    owned.forEach(this::remove);
  }

  /** What a controller does. */
  private void start(KubeObject workload) {
    if (!workload.kind().equals("StatefulSet") && !workload.kind().equals("Deployment")) {
      return;
    }
    boolean ready = podStatus.contains("\"Ready\"");
    workload.make("status").put("readyReplicas", ready ? 1 : 0);
    KubeObject pod = KubeObject.of(copy(workload.make("spec", "template")));
    pod.make("metadata").put("name", workload.name() + "-0");
    pod.make("metadata").put("ownerReferences", List.of(Map.of("uid", workload.uid())));
    pod.tree().put("status", Cluster.parse(podStatus).tree());
    put("v1/pods", pod);
    for (KubeObject template : workload.objects("spec", "volumeClaimTemplates")) {
      KubeObject claim = KubeObject.of(copy(template.tree()));
      claim.make("metadata").put("name", template.name() + "-" + workload.name() + "-0");
      if (get("v1/persistentvolumeclaims", claim.name()).isEmpty()) {
        put("v1/persistentvolumeclaims", claim);
      }
    }
  }

  private static Map<String, Object> copy(Map<String, Object> tree) {
    try {
      return Cluster.parse(JSON.writeValueAsString(tree)).tree();
    } catch (JsonProcessingException e) {
      throw new IllegalStateException(e);
    }
  }
}
