package dev.previews.kube;

import dev.previews.environment.VolumePolicy;
import dev.previews.error.InvalidInputException;
import dev.previews.error.RemoteCommandException;
import dev.previews.exec.Deadline;
import dev.previews.kube.cluster.Answer;
import dev.previews.kube.cluster.Cluster;
import dev.previews.kube.cluster.KubeObject;
import dev.previews.kube.template.PodTemplates;
import dev.previews.kube.template.TemplateChecks;
import dev.previews.spi.Context;
import dev.previews.spi.Labels;
import dev.previews.spi.Machine;
import dev.previews.spi.MachineSpec;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.UUID;
import java.util.function.Predicate;
import java.util.stream.Stream;

/** Brings the objects of one machine into being. */
final class Installation {
  private static final Duration PAUSE = Duration.ofMillis(200);

  private final Cluster cluster;
  private final Waits waits;
  private final String trial = UUID.randomUUID().toString();
  private final Machines machines;
  private final Context context;
  private final Deadline deadline;
  private final Resources resources;

  /** What goes with an environment whose time is over. */
  private Predicate<KubeObject> leftOver = it -> false;

  Installation(Cluster cluster, Machines machines, Waits waits, Context context) {
    this.cluster = cluster;
    this.waits = waits;
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
    Permissions permissions = new Permissions(cluster, deadline);
    List<Placed> placed = check(spec, objects, permissions);
    Lifetime lifetime = new Lifetime(cluster, spec.id(), waits.grace(), deadline);
    Optional<KubeObject> before = lifetime.find();
    leftOver = it -> lifetime.isLeftOver(it, before);
    Ownership ownership = ownership(spec, objects, placed);
    objects.forEach(ownership::mark);
    // Of the host alone, and not of its Pods: another time must not replace them.
    objects.stream()
        .filter(TemplateChecks::isDockerHost)
        .forEach(it -> it.make("metadata", "annotations").put(Labels.TTL, ttl(spec)));
    List<Item> items = lookIfAllowed(spec, placed, ownership, permissions);
    boolean changed = items.stream().anyMatch(it -> isOld(it, ownership));
    if (changed || items.stream().anyMatch(it -> it.existing().isEmpty())) {
      claims(spec).forEach(ownership::require);
      List<String> problems = missing(spec, placed, permissions);
      problems.addAll(tryOut(items, ownership, problems.isEmpty()));
      refuse(spec, problems);
    }
    if (changed) {
      replace(spec, items);
      items = look(placed, ownership);
    } else if (broken(spec, items)) {
      new Deletion(cluster, spec.id(), deadline).run(VolumePolicy.KEEP);
      items = look(placed, ownership);
    }
    Optional<KubeObject> anchor = lifetime.ensure(ownership, spec.ttl());
    anchor.ifPresent(owner -> objects.forEach(it -> Lifetime.own(it, owner)));
    for (Item item : items) {
      if (item.existing().isEmpty()) {
        create(item, ownership);
      } else {
        keepFor(ttl(spec), item);
        anchor.ifPresent(
            owner -> lifetime.adopt(item.resource(), item.existing().orElseThrow(), owner));
      }
    }
    anchor.ifPresent(lifetime::adoptClaims);
    KubeObject host =
        items.stream()
            .map(Item::wanted)
            .filter(TemplateChecks::isDockerHost)
            .findFirst()
            .orElseThrow();
    new PodWait(cluster, spec.id(), host.name(), waits.scheduling(), deadline)
        .await(Machines.selector(host));
    return machines.find(spec.id(), deadline).orElseGet(() -> machines.describe(host, List.of()));
  }

  /** The volumes that are there; those on their way out are waited for: no Pod could have them. */
  private List<KubeObject> claims(MachineSpec spec) {
    while (true) {
      List<KubeObject> claims =
          resources.listIfAllowed(Deletion.CLAIMS, Ownership.selector(spec.id()), deadline);
      List<String> going =
          claims.stream().filter(KubeObject::deleting).map(KubeObject::name).toList();
      if (going.isEmpty()) {
        return claims;
      }
      deadline.pause(PAUSE, "the end of old volumes", () -> "being deleted: " + going);
    }
  }

  private static String ttl(MachineSpec spec) {
    return Long.toString(spec.ttl().map(Duration::toSeconds).orElse(0L));
  }

  private void keepFor(String ttl, Item item) {
    KubeObject existing = item.existing().orElseThrow();
    if (TemplateChecks.isDockerHost(item.wanted())
        && !ttl.equals(existing.annotations().getOrDefault(Labels.TTL, "0"))) {
      resources.annotate(item.resource(), item.wanted(), Labels.TTL, ttl, deadline);
    }
  }

  private List<Placed> check(MachineSpec spec, List<KubeObject> objects, Permissions permissions) {
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
    if (!problems.isEmpty()) {
      problems.addAll(missing(spec, placed, permissions));
    }
    refuse(spec, problems);
    return placed;
  }

  private static List<String> missing(
      MachineSpec spec, List<Placed> placed, Permissions permissions) {
    return new ArrayList<>(
        permissions.missing(
            placed.stream().map(Placed::resource).distinct().sorted().toList(),
            placed.stream().anyMatch(it -> !PodTemplates.claims(it.wanted()).isEmpty()),
            spec.ttl().isPresent()));
  }

  /** Where even looking is refused, all that is missing is said. */
  private List<Item> lookIfAllowed(
      MachineSpec spec, List<Placed> placed, Ownership ownership, Permissions permissions) {
    try {
      return look(placed, ownership);
    } catch (RemoteCommandException e) {
      refuse(spec, missing(spec, placed, permissions));
      throw e;
    }
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
    Stream<String> ofLifetime =
        spec.ttl().isPresent() ? Stream.of(Lifetime.LEASES, Lifetime.ANCHORS) : Stream.empty();
    Stream<String> written = placed.stream().map(Placed::resource);
    return new Ownership(
        spec.id(),
        spec.owner(),
        Instant.now(),
        Digest.of(objects),
        Stream.of(written, claims, ofLifetime).flatMap(it -> it).distinct().sorted().toList());
  }

  /** What is there of each; what belongs to somebody else ends it. */
  private List<Item> look(List<Placed> placed, Ownership ownership) {
    List<Item> items = new ArrayList<>();
    for (Placed each : placed) {
      Optional<KubeObject> existing = existing(each.wanted(), each.resource());
      existing.ifPresent(ownership::require);
      items.add(new Item(each.wanted(), each.resource(), existing));
      if (existing.isEmpty()) {
        // A set takes over what has the name of its claim, whoever made that.
        for (String claim : PodTemplates.claimNames(each.wanted())) {
          existing("the claim '" + claim + "'", Deletion.CLAIMS, claim)
              .ifPresent(it -> ownership.require(it.ofKind("PersistentVolumeClaim")));
        }
      }
    }
    // A kind that Deletion knows by itself comes first, and tells it of the others.
    items.sort(
        Comparator.comparing((Item it) -> !Deletion.COMMON.contains(it.resource()))
            .thenComparing(it -> TemplateChecks.isDockerHost(it.wanted())));
    return items;
  }

  /** The object in the place of another; one on its way out is waited for. */
  private Optional<KubeObject> existing(KubeObject wanted, String resource) {
    return existing(wanted.toString(), resource, wanted.name());
  }

  private Optional<KubeObject> existing(String what, String resource, String name) {
    while (true) {
      Optional<KubeObject> existing = resources.get(resource, name, deadline);
      boolean goes = existing.map(it -> it.deleting() || leftOver.test(it)).orElse(false);
      if (!goes) {
        return existing;
      }
      existing
          .filter(it -> !it.deleting())
          .ifPresent(it -> resources.delete(resource, it, deadline));
      deadline.pause(PAUSE, "the end of the old " + what, () -> "it is being deleted");
    }
  }

  /** Whether another template made it. A volume stays when the rest is replaced, so it may be. */
  private static boolean isOld(Item item, Ownership ownership) {
    return !item.resource().equals(Deletion.CLAIMS)
        && item.existing()
            .map(it -> !ownership.template().equals(it.annotations().get(Ownership.TEMPLATE)))
            .orElse(false);
  }

  /**
   * Whether the machine is there and will not start by itself, or not soon: the cluster still waits
   * to try again what failed, though the cause may be mended by now.
   */
  private boolean broken(MachineSpec spec, List<Item> items) {
    Optional<Item> host =
        items.stream()
            .filter(it -> TemplateChecks.isDockerHost(it.wanted()) && it.existing().isPresent())
            .findFirst();
    Optional<String> why = host.flatMap(it -> whyBroken(spec, it, it.existing().orElseThrow()));
    why.ifPresent(
        it -> context.notice("the machine of " + spec.id() + " is made anew, since " + it));
    return why.isPresent();
  }

  private Optional<String> whyBroken(MachineSpec spec, Item item, KubeObject existing) {
    if (existing.number("status", "readyReplicas") > 0) {
      return Optional.empty();
    }
    boolean wantsNone = item.wanted().at("spec", "replicas").map(it -> it.equals(0)).orElse(false);
    if (!wantsNone && Machines.isScaledDown(existing)) {
      return Optional.of("it was scaled down to no Pod");
    }
    return new PodFinder(cluster, spec.id())
        .pods(Machines.selector(existing), deadline).stream()
            .findFirst()
            .map(PodReport::new)
            .flatMap(it -> it.hopeless().or(it::unpulled));
  }

  /** The data volumes stay: images need not be fetched again. */
  private void replace(MachineSpec spec, List<Item> items) {
    List<String> changes = new ArrayList<>();
    for (Item item : items) {
      item.existing()
          .map(is -> Differences.between(is, item.wanted()))
          .orElse(List.of("is new"))
          .forEach(it -> changes.add(item.wanted() + ": " + it));
    }
    changes.addAll(dropped(spec, items));
    context.notice(
        "the template of "
            + spec.id()
            + " changed, its machine is replaced:\n  "
            + String.join("\n  ", changes));
    if (changes.stream()
        .anyMatch(
            it -> it.contains("volumeClaimTemplates") || it.startsWith("PersistentVolumeClaim"))) {
      context.notice(
          "the data volume of "
              + spec.id()
              + " stays as it is; take the environment down to get one as the template says");
    }
    new Deletion(cluster, spec.id(), deadline).run(VolumePolicy.KEEP);
  }

  /** What the template made before and does not say any more. */
  private List<String> dropped(MachineSpec spec, List<Item> items) {
    Set<String> kept = new HashSet<>();
    Set<String> kinds = new TreeSet<>();
    for (Item item : items) {
      kept.add(item.resource() + " " + item.wanted().name());
      item.existing().ifPresent(it -> kinds.addAll(Ownership.kindsOf(it)));
    }
    kinds.removeAll(Deletion.KEPT);
    List<String> dropped = new ArrayList<>();
    for (String kind : kinds) {
      for (KubeObject object :
          resources.listIfAllowed(kind, Ownership.selector(spec.id()), deadline)) {
        if (!object.deleting()
            && !kept.contains(kind + " " + object.name())
            && !object.name().equals(Lifetime.nameOf(spec.id().value()))) {
          dropped.add(
              kind.substring(kind.lastIndexOf('/') + 1) + " '" + object.name() + "': is dropped");
        }
      }
    }
    return dropped;
  }

  /** Lets the server judge everything before anything is created or replaced. */
  private List<String> tryOut(List<Item> items, Ownership ownership, boolean allowed) {
    List<String> problems = new ArrayList<>();
    for (Item item : items) {
      boolean isThere = item.existing().isPresent();
      // What is there is replaced, so what an update of it may not do is of no interest.
      KubeObject tried = isThere ? item.wanted().renamed("preview-try-" + trial) : item.wanted();
      Answer answer = resources.tryApply(item.resource(), tried, deadline);
      boolean said = answer.status() == 403 && !allowed;
      if (!answer.ok()
          && !said
          && !isNoJudgement(answer, isThere)
          && !isThereNow(item, ownership)) {
        problems.add(item.wanted() + ": " + answer.body().text("message"));
      }
    }
    return problems;
  }

  /**
   * Whether a trial was refused for what is no fault of the object: a webhook that cannot be tried
   * out, or the place that what it replaces still takes.
   */
  private static boolean isNoJudgement(Answer answer, boolean isThere) {
    String message = answer.body().text("message");
    return message.contains("does not support dry run")
        || isThere && (message.contains("already allocated") || message.contains("exceeded quota"));
  }

  /** Whether another process of this environment was quicker; another environment ends it. */
  private boolean isThereNow(Item item, Ownership ownership) {
    if (item.existing().isPresent()) {
      return false;
    }
    Optional<KubeObject> now = existing(item.wanted(), item.resource());
    now.ifPresent(ownership::require);
    return now.isPresent();
  }

  private void create(Item item, Ownership ownership) {
    while (true) {
      Answer answer = resources.reserve(item.resource(), item.wanted(), deadline);
      if (answer.status() != 409) {
        answer.orThrow();
        return;
      }
      // Somebody was quicker: another process for this environment, or another environment.
      Optional<KubeObject> now = existing(item.wanted(), item.resource());
      if (now.isPresent()) {
        ownership.require(now.get());
        return;
      }
      deadline.pause(PAUSE, "the creation of " + item.wanted(), () -> "it comes and goes");
    }
  }
}
