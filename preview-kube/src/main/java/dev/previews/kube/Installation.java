package dev.previews.kube;

import dev.previews.environment.VolumePolicy;
import dev.previews.error.InvalidInputException;
import dev.previews.exec.Deadline;
import dev.previews.kube.cluster.Answer;
import dev.previews.kube.cluster.Cluster;
import dev.previews.kube.cluster.KubeObject;
import dev.previews.kube.template.PodTemplates;
import dev.previews.kube.template.TemplateChecks;
import dev.previews.spi.Context;
import dev.previews.spi.Machine;
import dev.previews.spi.MachineSpec;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/** Brings the objects of one machine into being. */
final class Installation {
  private final Cluster cluster;
  private final Machines machines;
  private final Context context;
  private final Deadline deadline;
  private final Resources resources;

  Installation(Cluster cluster, Machines machines, Context context) {
    this.cluster = cluster;
    this.machines = machines;
    this.context = context;
    this.deadline = context.deadline();
    this.resources = new Resources(cluster);
  }

  /** An object, its resource, and what stands in its place. */
  private record Item(KubeObject wanted, String resource, Optional<KubeObject> existing) {}

  /** An object and its resource. */
  private record Placed(KubeObject wanted, String resource) {}

  Machine ensure(MachineSpec spec, List<KubeObject> objects) {
    List<Placed> placed = check(spec, objects);
    Ownership ownership = ownership(spec, objects, placed);
    objects.forEach(ownership::mark);
    List<Item> items = look(placed, ownership);
    if (items.stream().anyMatch(it -> it.existing().isPresent() && isOld(it, ownership))) {
      replace(spec, items);
      items = look(placed, ownership);
    }
    if (items.stream().anyMatch(it -> it.existing().isEmpty())) {
      tryOut(spec, items);
      items.stream().filter(it -> it.existing().isEmpty()).forEach(it -> create(it, ownership));
    }
    KubeObject host =
        items.stream()
            .map(Item::wanted)
            .filter(TemplateChecks::isDockerHost)
            .findFirst()
            .orElseThrow();
    new PodWait(cluster, spec.id(), host.name(), deadline).await(Machines.selector(host));
    return machines.find(spec.id(), deadline).orElseGet(() -> machines.describe(host, List.of()));
  }

  private List<Placed> check(MachineSpec spec, List<KubeObject> objects) {
    List<String> problems = new ArrayList<>(TemplateChecks.problems(objects, cluster.namespace()));
    List<Placed> placed = new ArrayList<>();
    for (KubeObject object : objects) {
      if (object.apiVersion().isEmpty() || object.kind().isEmpty()) {
        continue;
      }
      object.make("metadata").put("namespace", cluster.namespace());
      resources
          .resourceOf(object, deadline)
          .ifPresentOrElse(
              it -> placed.add(new Placed(object, it)),
              () ->
                  problems.add(
                      object
                          + ": the cluster has no "
                          + object.apiVersion()
                          + " "
                          + object.kind()
                          + " in namespaces"));
    }
    refuse(spec, problems);
    return placed;
  }

  private void refuse(MachineSpec spec, List<String> problems) {
    if (!problems.isEmpty()) {
      throw new InvalidInputException(
          "the template "
              + spec.template().map(Object::toString).orElse("of preview-kube")
              + " cannot be used in the namespace '"
              + cluster.namespace()
              + "'; nothing was created",
          String.join("\n", problems),
          null);
    }
  }

  private static Ownership ownership(
      MachineSpec spec, List<KubeObject> objects, List<Placed> placed) {
    Stream<String> claims =
        objects.stream().anyMatch(it -> !PodTemplates.claims(it).isEmpty())
            ? Stream.of(Deletion.CLAIMS)
            : Stream.empty();
    return new Ownership(
        spec.id(),
        spec.owner(),
        Instant.now(),
        Digest.of(objects),
        Stream.concat(placed.stream().map(Placed::resource), claims).distinct().sorted().toList());
  }

  /** What is there of each; what belongs to somebody else ends it. */
  private List<Item> look(List<Placed> placed, Ownership ownership) {
    List<Item> items = new ArrayList<>();
    for (Placed each : placed) {
      Optional<KubeObject> existing = existing(each.wanted(), each.resource());
      existing.ifPresent(ownership::require);
      items.add(new Item(each.wanted(), each.resource(), existing));
    }
    // A kind that Deletion knows by itself comes first, and tells it of the others.
    items.sort(
        Comparator.comparing((Item it) -> !Deletion.COMMON.contains(it.resource()))
            .thenComparing(it -> TemplateChecks.isDockerHost(it.wanted())));
    return items;
  }

  /** The object in the place of another; one on its way out is waited for. */
  private Optional<KubeObject> existing(KubeObject wanted, String resource) {
    while (true) {
      Optional<KubeObject> existing = resources.get(resource, wanted.name(), deadline);
      if (existing.isEmpty() || !existing.get().deleting()) {
        return existing;
      }
      deadline.pause(
          java.time.Duration.ofMillis(200),
          "the end of the old " + wanted,
          () -> "it is being deleted");
    }
  }

  private static boolean isOld(Item item, Ownership ownership) {
    return !ownership
        .template()
        .equals(item.existing().orElseThrow().annotations().get(Ownership.TEMPLATE));
  }

  /** The data volumes stay: images need not be fetched again. */
  private void replace(MachineSpec spec, List<Item> items) {
    Map<String, List<String>> changes = new LinkedHashMap<>();
    for (Item item : items) {
      changes.put(
          item.wanted().toString(),
          item.existing()
              .map(is -> Differences.between(is, item.wanted()))
              .orElse(List.of("is new")));
    }
    changes.values().removeIf(List::isEmpty);
    context.notice(
        "the template of " + spec.id() + " changed, its machine is replaced: " + changes);
    new Deletion(cluster, spec.id(), deadline).run(VolumePolicy.KEEP);
  }

  /** Lets the server judge everything before anything is created. */
  private void tryOut(MachineSpec spec, List<Item> items) {
    List<String> problems = new ArrayList<>();
    for (Item item : items) {
      if (item.existing().isEmpty()) {
        Answer answer = resources.tryApply(item.resource(), item.wanted(), deadline);
        if (!answer.ok()) {
          problems.add(item.wanted() + ": " + answer.body().text("message"));
        }
      }
    }
    refuse(spec, problems);
  }

  private void create(Item item, Ownership ownership) {
    Answer answer = resources.reserve(item.resource(), item.wanted(), deadline);
    if (answer.status() == 409) {
      // Somebody was quicker: another process for this environment, or another environment.
      existing(item.wanted(), item.resource()).ifPresent(ownership::require);
      return;
    }
    answer.orThrow();
  }
}
