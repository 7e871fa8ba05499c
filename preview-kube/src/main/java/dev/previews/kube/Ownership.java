package dev.previews.kube;

import dev.previews.environment.EnvironmentId;
import dev.previews.error.OwnershipException;
import dev.previews.kube.cluster.KubeObject;
import dev.previews.kube.template.PodTemplates;
import dev.previews.spi.Labels;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * Whose an object is, as it says itself. The environment is a label, to be found by; an owner's
 * name may hold what no label may, so it is an annotation.
 *
 * @param id the environment
 * @param owner who owns it
 * @param created when it was created
 * @param template the digest of what its template rendered to
 * @param kinds the resources of its objects, as {@code apps/v1/statefulsets}
 */
record Ownership(
    EnvironmentId id, String owner, Instant created, String template, List<String> kinds) {
  static final String TEMPLATE = "dev.previews.template";
  static final String KINDS = "dev.previews.kinds";
  static final String FIELDS = "dev.previews.fields";

  /** Marks an object, the Pods that it makes and the claims that it makes. */
  void mark(KubeObject object) {
    String fields = Fields.of(object).summary();
    Map<String, Object> annotations = object.make("metadata", "annotations");
    annotations.put(Labels.OWNER, owner);
    annotations.put(TEMPLATE, template);
    annotations.put(KINDS, String.join(",", kinds));
    annotations.put(FIELDS, fields);
    label(object);
    PodTemplates.of(object).forEach(this::label);
    for (KubeObject claim : PodTemplates.claims(object)) {
      label(claim);
      // The claim outlives its template: the digest is that of the one that made it.
      Map<String, Object> ofClaim = claim.make("metadata", "annotations");
      ofClaim.put(Labels.OWNER, owner);
      ofClaim.put(TEMPLATE, template);
      ofClaim.put(KINDS, String.join(",", kinds));
    }
  }

  private void label(KubeObject object) {
    object.make("metadata", "labels").putAll(labels());
  }

  Map<String, String> labels() {
    return Map.of(
        Labels.ENVIRONMENT, id.value(),
        Labels.CREATED, String.valueOf(created.getEpochSecond()));
  }

  static String ownerOf(KubeObject object) {
    return object.annotations().getOrDefault(Labels.OWNER, "");
  }

  static String environmentOf(KubeObject object) {
    return object.labels().getOrDefault(Labels.ENVIRONMENT, "");
  }

  static Instant createdOf(KubeObject object) {
    String seconds = object.labels().getOrDefault(Labels.CREATED, "");
    return seconds.matches("\\d{1,12}")
        ? Instant.ofEpochSecond(Long.parseLong(seconds))
        : Instant.EPOCH;
  }

  /** The resources that the object says its environment has. */
  static List<String> kindsOf(KubeObject object) {
    String kinds = object.annotations().getOrDefault(KINDS, "");
    return Stream.of(kinds.split(",")).filter(it -> it.indexOf('/') > 0).toList();
  }

  static String selector(EnvironmentId id) {
    return Labels.ENVIRONMENT + "=" + id;
  }

  /** Fails unless an existing object is this environment's and this owner's. */
  void require(KubeObject existing) {
    boolean same = environmentOf(existing).equals(id.value()) && ownerOf(existing).equals(owner);
    if (!same) {
      throw new OwnershipException(
          existing
              + " in the namespace '"
              + existing.namespace()
              + "' is needed by the environment "
              + id
              + " of '"
              + owner
              + "', but it belongs to "
              + who(existing)
              + ": it was left alone; put {{id}} into its name, or take the other one down");
    }
  }

  private static String who(KubeObject existing) {
    return environmentOf(existing).isEmpty()
        ? "nobody that we know (it has no label " + Labels.ENVIRONMENT + ")"
        : "the environment " + environmentOf(existing) + " of '" + ownerOf(existing) + "'";
  }
}
