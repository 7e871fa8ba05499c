package dev.previews.kube;

import dev.previews.environment.Environment;
import dev.previews.environment.EnvironmentId;
import dev.previews.exec.Deadline;
import dev.previews.kube.cluster.Cluster;
import dev.previews.kube.cluster.KubeObject;
import dev.previews.kube.template.TemplateChecks;
import dev.previews.spi.Labels;
import dev.previews.spi.Machine;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** The machines of a namespace, as their Deployments and StatefulSets describe them. */
final class Machines {
  static final String DRIVER = "kube";
  static final List<String> HOSTS = List.of("apps/v1/deployments", "apps/v1/statefulsets");
  private static final String SELECTOR = "selector";
  private static final String ANY_HOST =
      Labels.ENVIRONMENT + "," + TemplateChecks.COMPONENT + "=" + TemplateChecks.DOCKER_HOST;

  private final Resources resources;

  Machines(Cluster cluster) {
    this.resources = new Resources(cluster);
  }

  Optional<Machine> find(EnvironmentId id, Deadline deadline) {
    return machines(
            ANY_HOST.replace(Labels.ENVIRONMENT + ",", Ownership.selector(id) + ","),
            Ownership.selector(id),
            deadline)
        .findFirst();
  }

  List<Machine> list(Deadline deadline) {
    return machines(ANY_HOST, Labels.ENVIRONMENT, deadline)
        .sorted(Comparator.comparing(Machine::id))
        .toList();
  }

  private Stream<Machine> machines(String hosts, String pods, Deadline deadline) {
    List<KubeObject> found =
        HOSTS.stream().flatMap(it -> resources.list(it, hosts, deadline).stream()).toList();
    boolean allReady = found.stream().allMatch(Machines::isReady);
    Map<String, List<KubeObject>> podsOf =
        allReady
            ? Map.of()
            : resources.list("v1/pods", pods, deadline).stream()
                .collect(Collectors.groupingBy(Ownership::environmentOf));
    return found.stream()
        .map(it -> describe(it, podsOf.getOrDefault(Ownership.environmentOf(it), List.of())));
  }

  Machine describe(KubeObject host, List<KubeObject> pods) {
    Optional<PodReport> unready =
        pods.stream().map(PodReport::new).filter(it -> !it.ready()).findFirst();
    boolean ready = isReady(host);
    Environment.State state =
        host.deleting()
            ? Environment.State.REMOVING
            : ready
                ? Environment.State.RUNNING
                : unready.flatMap(PodReport::hopeless).isPresent() || isScaledDown(host)
                    ? Environment.State.STOPPED
                    : Environment.State.STARTING;
    Environment environment =
        new Environment(
            new EnvironmentId(Ownership.environmentOf(host)),
            DRIVER,
            Ownership.ownerOf(host),
            Ownership.createdOf(host),
            state,
            ready ? "" : unready.map(PodReport::state).orElse(""));
    return Machine.of(environment)
        .directory("/var/lib/docker/previews/" + environment.id())
        .property(SELECTOR, selector(host))
        .build();
  }

  /** The label selector of the machine's Pod. */
  String selectorOf(Machine machine) {
    return machine.properties().getOrDefault(SELECTOR, Ownership.selector(machine.id()));
  }

  static String selector(KubeObject host) {
    Map<String, String> labels = host.texts("spec", "selector", "matchLabels");
    return Stream.concat(
            Stream.of(Map.entry(Labels.ENVIRONMENT, Ownership.environmentOf(host))),
            labels.entrySet().stream().filter(it -> !it.getKey().equals(Labels.ENVIRONMENT)))
        .map(it -> it.getKey() + "=" + it.getValue())
        .collect(Collectors.joining(","));
  }

  private static boolean isReady(KubeObject host) {
    return host.number("status", "readyReplicas") > 0 && !host.deleting();
  }

  private static boolean isScaledDown(KubeObject host) {
    return host.at("spec", "replicas").map(it -> it.equals(0)).orElse(false);
  }
}
