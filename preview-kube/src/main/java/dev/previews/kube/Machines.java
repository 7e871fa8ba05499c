package dev.previews.kube;

import dev.previews.environment.Environment;
import dev.previews.environment.EnvironmentId;
import dev.previews.exec.Deadline;
import dev.previews.kube.cluster.Cluster;
import dev.previews.kube.cluster.KubeObject;
import dev.previews.kube.template.TemplateChecks;
import dev.previews.spi.Labels;
import dev.previews.spi.Machine;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** The machines of a namespace, as their Deployments and StatefulSets describe them. */
final class Machines {
  static final String DRIVER = "kube";
  static final List<String> HOSTS = List.of("apps/v1/deployments", "apps/v1/statefulsets");
  private static final String SELECTOR = "selector";
  private static final String HOST = "host";
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
        .findFirst()
        .or(() -> keptData(Ownership.selector(id), deadline).findFirst());
  }

  List<Machine> list(Deadline deadline) {
    Map<EnvironmentId, Machine> machines = new TreeMap<>();
    Stream.concat(
            machines(ANY_HOST, Labels.ENVIRONMENT, deadline),
            keptData(Labels.ENVIRONMENT, deadline))
        .forEach(it -> machines.putIfAbsent(it.id(), it));
    return List.copyOf(machines.values());
  }

  /** What a machine left behind that was taken down; it does not expire. */
  private Stream<Machine> keptData(String claims, Deadline deadline) {
    return resources.listIfAllowed(Deletion.CLAIMS, claims, deadline).stream()
        .map(
            it ->
                described(
                        it,
                        it.deleting() ? Environment.State.REMOVING : Environment.State.STOPPED,
                        "only its data is left")
                    .build());
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
    boolean running =
        isReady(host)
            || !host.deleting() && pods.stream().map(PodReport::new).anyMatch(PodReport::up);
    Environment.State state =
        host.deleting()
            ? Environment.State.REMOVING
            : running
                ? Environment.State.RUNNING
                : unready.flatMap(PodReport::hopeless).isPresent() || isScaledDown(host)
                    ? Environment.State.STOPPED
                    : Environment.State.STARTING;
    Machine.Builder machine =
        described(host, state, running ? "" : unready.map(PodReport::state).orElse(""))
            .property(SELECTOR, selector(host))
            .property(HOST, host.name())
            .ttl(host.annotations());
    pods.stream()
        .map(PodReport::new)
        .map(PodReport::unusedSince)
        .reduce(Machines::later)
        .flatMap(it -> it)
        .ifPresent(machine::unusedSince);
    return machine.build();
  }

  /** Unknown when it is of one of them. */
  private static Optional<Instant> later(Optional<Instant> one, Optional<Instant> other) {
    return one.flatMap(it -> other.map(that -> it.isBefore(that) ? that : it));
  }

  private static Machine.Builder described(
      KubeObject object, Environment.State state, String detail) {
    Environment environment =
        new Environment(
            new EnvironmentId(Ownership.environmentOf(object)),
            DRIVER,
            Ownership.ownerOf(object),
            Ownership.createdOf(object),
            state,
            detail);
    return Machine.of(environment).directory("/var/lib/docker/previews/" + environment.id());
  }

  /** The label selector of the machine's Pod. */
  String selectorOf(Machine machine) {
    return machine.properties().getOrDefault(SELECTOR, Ownership.selector(machine.id()));
  }

  /** The name of the Deployment or StatefulSet that the machine is. */
  String hostOf(Machine machine) {
    return machine.properties().getOrDefault(HOST, machine.id().value());
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

  static boolean isScaledDown(KubeObject host) {
    return host.at("spec", "replicas").map(it -> it.equals(0)).orElse(false);
  }
}
