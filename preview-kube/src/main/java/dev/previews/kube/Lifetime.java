package dev.previews.kube;

import dev.previews.environment.EnvironmentId;
import dev.previews.exec.Deadline;
import dev.previews.kube.cluster.Answer;
import dev.previews.kube.cluster.Cluster;
import dev.previews.kube.cluster.KubeObject;
import dev.previews.kube.template.PodTemplates;
import dev.previews.spi.Labels;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;

/**
 * How long the cluster keeps an environment without anybody who looks after it. All its objects
 * belong to one, the anchor, and that belongs to a lease: a Job without Pods that the cluster
 * removes when its deadline has passed. With its last lease the anchor goes, and with the anchor
 * the rest. Each use takes a new lease: controllers before 1.26 do not notice that a Job's deadline
 * was moved. A lease lasts a while longer than the environment's time: an {@code up} may be under
 * way, and clients that still look after it come first.
 */
final class Lifetime {
  static final String LEASES = "batch/v1/jobs";
  static final String STATUS = "jobs/status";
  static final String ANCHORS = "v1/configmaps";

  private static final String API = "batch/v1";
  private static final String JOB = "Job";
  private static final String CONFIG_MAP = "ConfigMap";
  private static final String MANAGER = "-lifetime";
  private static final Duration PAUSE = Duration.ofMillis(200);
  private static final Duration FOREVER = Duration.ofDays(36500);

  private final EnvironmentId id;
  private final Duration grace;
  private final String name;
  private final Resources resources;
  private final Deadline deadline;

  Lifetime(Cluster cluster, EnvironmentId id, Duration grace, Deadline deadline) {
    this.id = id;
    this.grace = grace;
    this.name = nameOf(id.value());
    this.resources = new Resources(cluster);
    this.deadline = deadline;
  }

  static String nameOf(String id) {
    return "preview-" + id + "-lifetime";
  }

  /** The anchor, if the environment has one; one whose time is over is waited for to be gone. */
  Optional<KubeObject> find() {
    while (true) {
      Optional<KubeObject> anchor = resources.getIfAllowed(ANCHORS, name, deadline);
      if (anchor.isEmpty() || !anchor.get().deleting()) {
        return anchor.map(it -> it.ofKind(CONFIG_MAP));
      }
      deadline.pause(PAUSE, "the end of the old " + anchor.get(), () -> "it is being deleted");
    }
  }

  /**
   * Begins the environment's time, or begins it anew. Without a time one that there is does not end
   * any more. Empty where nothing ends: no time was ever asked for, or the cluster does not remove
   * what is over (before 1.21 that was its administrator's choice).
   */
  Optional<KubeObject> ensure(Ownership ownership, Optional<Duration> ttl) {
    while (true) {
      Optional<KubeObject> existing = find();
      existing.ifPresent(ownership::require);
      if (existing.isEmpty() && ttl.isEmpty()) {
        return Optional.empty();
      }
      Optional<KubeObject> lease = lease(ownership.labels(), ttl);
      if (lease.isEmpty()) {
        return existing;
      }
      if (existing.isPresent()) {
        hold(existing.get(), lease.get(), ttl);
        return existing;
      }
      KubeObject anchor = anchor(ownership, lease.get(), ttl);
      Answer answer = resources.reserve(ANCHORS, anchor, deadline);
      if (answer.status() != 409) {
        return Optional.of(answer.orThrow());
      }
      deadline.pause(PAUSE, "the creation of " + anchor, () -> "it comes and goes");
    }
  }

  private KubeObject anchor(Ownership ownership, KubeObject lease, Optional<Duration> ttl) {
    KubeObject anchor = part("v1", CONFIG_MAP, name);
    ownership.mark(anchor);
    anchor.make("metadata", "annotations").put(Labels.TTL, seconds(ttl));
    anchor.make("metadata").put("ownerReferences", List.of(owner(API, JOB, lease)));
    return anchor;
  }

  /** A new lease; empty where the cluster would not remove it. */
  private Optional<KubeObject> lease(Map<String, String> labels, Optional<Duration> ttl) {
    long seconds =
        ttl.map(it -> Math.max(1, Math.min(it.plus(grace).toSeconds(), FOREVER.toSeconds())))
            .orElse(FOREVER.toSeconds());
    Map<String, Object> pod =
        Map.of(
            "restartPolicy",
            "Never",
            "automountServiceAccountToken",
            false,
            "containers",
            List.of(Map.of("name", "none", "image", "none")));
    KubeObject job = part(API, JOB, name + "-" + UUID.randomUUID().toString().substring(0, 8));
    job.make("metadata", "labels").putAll(labels);
    Map<String, Object> spec = job.make("spec");
    spec.put("parallelism", 0);
    spec.put("backoffLimit", 0);
    spec.put("activeDeadlineSeconds", seconds + 1);
    spec.put("ttlSecondsAfterFinished", 0);
    spec.put("template", Map.of("spec", pod));
    KubeObject made = resources.reserve(LEASES, job, deadline).orThrow();
    if (made.at("spec", "ttlSecondsAfterFinished").isEmpty()) {
      resources.delete(LEASES, made, deadline);
      return Optional.empty();
    }
    start(made, seconds);
    return Optional.of(made);
  }

  /**
   * Lets a lease's time run. Controllers before 1.24 note the start of a Job with its first Pod
   * only, and this one has none. Then the deadline is made one second shorter, which they notice
   * whether they have seen the Job before or not.
   */
  private void start(KubeObject lease, long seconds) {
    KubeObject begun = part(API, JOB, lease.name());
    begun.make("metadata").put("uid", lease.uid());
    begun.make("status").put("startTime", lease.text("metadata", "creationTimestamp"));
    Answer said = resources.tryChange(LEASES, "status", begun, MANAGER, deadline);
    if (!said.ok()) {
      // The controller was quicker.
      Optional<KubeObject> now = resources.get(LEASES, lease.name(), deadline);
      if (now.isEmpty() || now.get().at("status", "startTime").isEmpty()) {
        throw said.failure();
      }
    }
    KubeObject shorter = part(API, JOB, lease.name());
    shorter.make("metadata").put("uid", lease.uid());
    shorter.make("spec").put("activeDeadlineSeconds", seconds);
    resources.change(LEASES, shorter, MANAGER, deadline);
  }

  /** Makes a lease the anchor's, and ends those before it. */
  private void hold(KubeObject anchor, KubeObject lease, Optional<Duration> ttl) {
    KubeObject change = part("v1", CONFIG_MAP, name);
    change.make("metadata").put("uid", anchor.uid());
    change.make("metadata", "annotations").put(Labels.TTL, seconds(ttl));
    change.make("metadata").put("ownerReferences", List.of(owner(API, JOB, lease)));
    resources.change(ANCHORS, change, MANAGER, deadline);
    for (KubeObject old : anchor.objects("metadata", "ownerReferences")) {
      if (old.text("kind").equals(JOB) && !old.text("uid").equals(lease.uid())) {
        KubeObject job = part(API, JOB, old.text("name"));
        job.make("metadata").put("uid", old.text("uid"));
        resources.delete(LEASES, job, deadline);
      }
    }
  }

  /** Begins the time anew, as long as it was. Nothing happens where there is none. */
  void renew() {
    Optional<KubeObject> anchor = find();
    String seconds = anchor.map(it -> it.annotations().getOrDefault(Labels.TTL, "0")).orElse("0");
    if (seconds.matches("[1-9][0-9]{0,11}")) {
      begin(anchor.orElseThrow(), Optional.of(Duration.ofSeconds(Long.parseLong(seconds))));
    }
  }

  /** Ends no more by itself. */
  void keep() {
    find().ifPresent(it -> begin(it, Optional.empty()));
  }

  private void begin(KubeObject anchor, Optional<Duration> ttl) {
    lease(anchor.labels(), ttl).ifPresent(it -> hold(anchor, it, ttl));
  }

  /** Removes the anchor when there is no volume that belongs to it. */
  void endIfAlone() {
    Optional<KubeObject> anchor = find();
    if (anchor.isPresent()
        && resources.listIfAllowed(Deletion.CLAIMS, Ownership.selector(id), deadline).isEmpty()) {
      resources.delete(ANCHORS, anchor.get(), deadline);
      for (KubeObject lease : resources.listIfAllowed(LEASES, Ownership.selector(id), deadline)) {
        resources.delete(LEASES, lease, deadline);
      }
    }
  }

  private static KubeObject part(String api, String kind, String name) {
    KubeObject part = new KubeObject(new LinkedHashMap<>());
    part.tree().put("apiVersion", api);
    part.tree().put("kind", kind);
    part.make("metadata").put("name", name);
    return part;
  }

  private static Map<String, Object> owner(String api, String kind, KubeObject object) {
    return Map.of("apiVersion", api, "kind", kind, "name", object.name(), "uid", object.uid());
  }

  private static String seconds(Optional<Duration> ttl) {
    return Long.toString(ttl.map(Duration::toSeconds).orElse(0L));
  }

  /** Makes an object that is not created yet the anchor's, and the claims that it will make. */
  static void own(KubeObject object, KubeObject anchor) {
    object.make("metadata").put("ownerReferences", owners(object, anchor));
    for (KubeObject claim : PodTemplates.claims(object)) {
      claim.make("metadata").put("ownerReferences", owners(claim, anchor));
    }
  }

  private static List<Object> owners(KubeObject object, KubeObject anchor) {
    List<Object> owners = new ArrayList<>();
    object.objects("metadata", "ownerReferences").stream()
        .filter(it -> !isAnchor(it, anchor.name()))
        .forEach(it -> owners.add(it.tree()));
    owners.add(owner("v1", CONFIG_MAP, anchor));
    return owners;
  }

  private static boolean isAnchor(KubeObject owner, String name) {
    return owner.text("kind").equals(CONFIG_MAP) && owner.text("name").equals(name);
  }

  /** Makes an object that is there the anchor's, if it is not. */
  void adopt(String resource, KubeObject existing, KubeObject anchor) {
    boolean owned =
        existing.objects("metadata", "ownerReferences").stream()
            .anyMatch(it -> it.text("uid").equals(anchor.uid()));
    if (!owned) {
      String api = resource.substring(0, resource.lastIndexOf('/'));
      KubeObject change = part(api, existing.kind(), existing.name());
      change.make("metadata").put("uid", existing.uid());
      change.make("metadata").put("ownerReferences", List.of(owner("v1", CONFIG_MAP, anchor)));
      resources.change(resource, change, MANAGER, deadline);
    }
  }

  /** Makes the claims of an older set the anchor's. */
  void adoptClaims(KubeObject anchor) {
    resources.list(Deletion.CLAIMS, Ownership.selector(id), deadline).stream()
        .filter(it -> !it.deleting())
        .forEach(it -> adopt(Deletion.CLAIMS, it.ofKind("PersistentVolumeClaim"), anchor));
  }

  /** Whether an object belongs to an anchor of this name that is not there any more. */
  boolean isLeftOver(KubeObject object, Optional<KubeObject> anchor) {
    return object.objects("metadata", "ownerReferences").stream()
        .filter(it -> isAnchor(it, name))
        .anyMatch(it -> !it.text("uid").equals(anchor.map(KubeObject::uid).orElse("")));
  }

  /** Whether something else than its lifetime owns the object, and so removes it. */
  static boolean isMade(KubeObject object) {
    String ours = nameOf(Ownership.environmentOf(object));
    return object.objects("metadata", "ownerReferences").stream()
        .anyMatch(it -> !it.text("name").startsWith(ours));
  }
}
