package dev.previews.kube;

import dev.previews.exec.Deadline;
import dev.previews.kube.cluster.Answer;
import dev.previews.kube.cluster.Cluster;
import dev.previews.kube.cluster.KubeObject;
import dev.previews.kube.cluster.Listing;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The objects of one namespace, by kind. */
final class Resources {
  private static final String FIELD_MANAGER = "dev.previews";

  private final Cluster cluster;

  Resources(Cluster cluster) {
    this.cluster = cluster;
  }

  /**
   * The resource of an object's kind, as {@code apps/v1/statefulsets}; empty when the cluster has
   * no such kind in namespaces.
   */
  Optional<String> resourceOf(KubeObject object, Deadline deadline) {
    return cluster
        .resource(object.apiVersion(), object.kind(), deadline)
        .map(it -> object.apiVersion() + "/" + it.text("name"));
  }

  String path(String resource) {
    int slash = resource.lastIndexOf('/');
    return Cluster.base(resource.substring(0, slash))
        + "/namespaces/"
        + Cluster.encode(cluster.namespace())
        + resource.substring(slash);
  }

  String path(String resource, String name) {
    return path(resource) + "/" + Cluster.encode(name);
  }

  Optional<KubeObject> get(String resource, String name, Deadline deadline) {
    Answer answer = cluster.get(path(resource, name), Map.of(), deadline);
    return answer.notFound() ? Optional.empty() : Optional.of(answer.orThrow());
  }

  List<KubeObject> list(String resource, String labelSelector, Deadline deadline) {
    return cluster.list(path(resource), Map.of("labelSelector", labelSelector), deadline).orThrow();
  }

  /** The same; none where the cluster has no such kind any more. */
  List<KubeObject> listIfThere(String resource, String labelSelector, Deadline deadline) {
    Listing listing =
        cluster.list(path(resource), Map.of("labelSelector", labelSelector), deadline);
    return listing.last().notFound() ? List.of() : listing.orThrow();
  }

  /** The same; none where we may not look, either. */
  List<KubeObject> listIfAllowed(String resource, String labelSelector, Deadline deadline) {
    Listing listing =
        cluster.list(path(resource), Map.of("labelSelector", labelSelector), deadline);
    return listing.last().status() == 403 || listing.last().notFound()
        ? List.of()
        : listing.orThrow();
  }

  /** What the server would say to an apply; changes nothing. */
  Answer tryApply(String resource, KubeObject object, Deadline deadline) {
    return cluster.apply(
        path(resource, object.name()),
        object,
        Map.of("fieldManager", FIELD_MANAGER, "force", "true", "dryRun", "All"),
        deadline);
  }

  /** The same; none where we may not look. */
  Optional<KubeObject> getIfAllowed(String resource, String name, Deadline deadline) {
    Answer answer = cluster.get(path(resource, name), Map.of(), deadline);
    return answer.notFound() || answer.status() == 403
        ? Optional.empty()
        : Optional.of(answer.orThrow());
  }

  /**
   * Makes the fields so that the object names, and leaves the others alone.
   *
   * @param manager what is said beside our name about who wants them
   */
  void change(String resource, KubeObject object, String manager, Deadline deadline) {
    cluster
        .apply(
            path(resource, object.name()),
            object,
            Map.of("fieldManager", FIELD_MANAGER + manager, "force", "true"),
            deadline)
        .orThrow();
  }

  /** The same to a subresource; a refusal is only told. */
  Answer tryChange(
      String resource, String subresource, KubeObject object, String manager, Deadline deadline) {
    return cluster.apply(
        path(resource, object.name()) + "/" + subresource,
        object,
        Map.of("fieldManager", FIELD_MANAGER + manager, "force", "true"),
        deadline);
  }

  /** Changes one annotation of an object. */
  void annotate(String resource, KubeObject object, String name, String value, Deadline deadline) {
    KubeObject change =
        new KubeObject(
            Map.of(
                "apiVersion", object.apiVersion(),
                "kind", object.kind(),
                "metadata", Map.of("name", object.name(), "annotations", Map.of(name, value))));
    change(resource, change, "-annotations", deadline);
  }

  /** Creates an object that must not be there: of two that try at once one gets a 409. */
  Answer reserve(String resource, KubeObject object, Deadline deadline) {
    return cluster.post(path(resource) + "?fieldManager=" + FIELD_MANAGER, object.tree(), deadline);
  }

  /** Deletes exactly this object, not a later one of its name. */
  void delete(String resource, KubeObject object, Deadline deadline) {
    Answer answer =
        cluster.delete(
            path(resource, object.name()),
            Map.of(
                "apiVersion", "v1",
                "kind", "DeleteOptions",
                "propagationPolicy", "Background",
                "preconditions", Map.of("uid", object.uid())),
            deadline);
    if (!answer.notFound() && answer.status() != 409) {
      answer.orThrow();
    }
  }
}
