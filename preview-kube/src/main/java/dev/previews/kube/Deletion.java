package dev.previews.kube;

import dev.previews.environment.EnvironmentId;
import dev.previews.environment.VolumePolicy;
import dev.previews.exec.Deadline;
import dev.previews.kube.cluster.Cluster;
import dev.previews.kube.cluster.KubeObject;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Predicate;

/**
 * Removes what carries an environment's label, of every kind that its objects say they come with.
 * The template is not needed for that.
 */
final class Deletion {
  static final String CLAIMS = "v1/persistentvolumeclaims";

  /**
   * Kinds that are looked at whatever was recorded. Objects of these are created first, so that one
   * of them tells the other kinds.
   */
  static final List<String> COMMON =
      List.of(
          "apps/v1/statefulsets",
          "apps/v1/deployments",
          "v1/services",
          "v1/configmaps",
          "v1/secrets",
          CLAIMS,
          "v1/pods",
          Lifetime.LEASES);

  /** Volumes, and what owns them. */
  static final Set<String> KEPT = Set.of(CLAIMS, Lifetime.LEASES);

  private static final Duration PAUSE = Duration.ofMillis(200);

  private final EnvironmentId id;
  private final Resources resources;
  private final Deadline deadline;
  private final String lifetime;
  private final Set<String> named = new TreeSet<>();

  Deletion(Cluster cluster, EnvironmentId id, Deadline deadline) {
    this.id = id;
    this.resources = new Resources(cluster);
    this.deadline = deadline;
    this.lifetime = Lifetime.nameOf(id.value());
  }

  /** An object that a round found. */
  private record Found(String name, boolean deleting) {
    @Override
    public String toString() {
      return name;
    }
  }

  /** Deletes, and waits until all is gone. */
  void run(VolumePolicy volumes) {
    run(volumes, List::isEmpty);
  }

  /** Deletes, volumes too, and waits until all is on its way. */
  void begin() {
    run(VolumePolicy.REMOVE, left -> left.stream().allMatch(Found::deleting));
  }

  private void run(VolumePolicy volumes, Predicate<List<Found>> isEnough) {
    Set<String> kinds = new TreeSet<>(COMMON);
    if (volumes == VolumePolicy.KEEP) {
      kinds.removeAll(KEPT);
    }
    while (true) {
      List<Found> left = sweep(kinds, volumes);
      if (isEnough.test(left)) {
        return;
      }
      deadline.pause(PAUSE, "the end of the environment " + id, () -> "still there: " + left);
    }
  }

  /** One round: asks for the deletion of what is not on its way yet. */
  private List<Found> sweep(Set<String> kinds, VolumePolicy volumes) {
    Map<String, List<KubeObject>> objects = find(kinds, volumes);
    // While one of a common kind is there, the next deletion knows the others if this one is cut
    // off.
    objects.forEach((resource, all) -> delete(resource, all, !COMMON.contains(resource)));
    objects.forEach((resource, all) -> delete(resource, all, COMMON.contains(resource)));
    return objects.entrySet().stream()
        .flatMap(
            it ->
                it.getValue().stream()
                    .map(object -> new Found(it.getKey() + " " + object.name(), object.deleting())))
        .toList();
  }

  private void delete(String resource, List<KubeObject> objects, boolean now) {
    for (KubeObject object : objects) {
      // A Pod goes with what made it.
      if (now && !object.deleting() && !Lifetime.isMade(object)) {
        resources.delete(resource, object, deadline);
      }
    }
  }

  /** What is there, of these kinds and of all that it names, which are added to them. */
  private Map<String, List<KubeObject>> find(Set<String> kinds, VolumePolicy volumes) {
    Map<String, List<KubeObject>> found = new TreeMap<>();
    while (!found.keySet().containsAll(kinds)) {
      for (String resource : List.copyOf(kinds)) {
        if (!found.containsKey(resource)) {
          List<KubeObject> objects =
              list(resource).stream()
                  // the volumes belong to it
                  .filter(it -> volumes == VolumePolicy.REMOVE || !it.name().equals(lifetime))
                  .toList();
          objects.forEach(it -> named.addAll(recorded(it, volumes)));
          kinds.addAll(named);
          found.put(resource, objects);
        }
      }
    }
    return found;
  }

  /** Kinds that no object names are only looked at where we may. */
  private List<KubeObject> list(String resource) {
    return named.contains(resource)
        ? resources.listIfThere(resource, Ownership.selector(id), deadline)
        : resources.listIfAllowed(resource, Ownership.selector(id), deadline);
  }

  private static List<String> recorded(KubeObject object, VolumePolicy volumes) {
    return Ownership.kindsOf(object).stream()
        .filter(it -> volumes == VolumePolicy.REMOVE || !KEPT.contains(it))
        .toList();
  }
}
