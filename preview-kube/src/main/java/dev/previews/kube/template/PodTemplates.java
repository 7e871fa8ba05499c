package dev.previews.kube.template;

import dev.previews.kube.cluster.KubeObject;
import java.util.List;
import java.util.Map;
import java.util.stream.LongStream;
import java.util.stream.Stream;

/** Where Pods are described inside of objects. */
public final class PodTemplates {
  private PodTemplates() {}

  /** The object's own Pod template, if it is a workload. */
  public static List<KubeObject> of(KubeObject object) {
    return object.at("spec", "template", "spec", "containers").isPresent()
        ? List.of(KubeObject.of(object.at("spec", "template").orElseThrow()))
        : List.of();
  }

  /**
   * Moves a runtime class that stands beside the Pod template into it, where it takes effect: old
   * servers drop it silently, and an apply refuses it.
   *
   * @return whether it was misplaced
   */
  public static boolean mendRuntimeClass(KubeObject object) {
    Object misplaced = of(object).isEmpty() ? null : object.make("spec").remove("runtimeClassName");
    if (misplaced != null) {
      object.make("spec", "template", "spec").putIfAbsent("runtimeClassName", misplaced);
    }
    return misplaced != null;
  }

  /** The object's claim templates. */
  public static List<KubeObject> claims(KubeObject object) {
    return object.objects("spec", "volumeClaimTemplates");
  }

  /** The names of the claims that the object makes, one of each template for each replica. */
  public static List<String> claimNames(KubeObject object) {
    long replicas =
        object.at("spec", "replicas").isPresent() ? object.number("spec", "replicas") : 1;
    return claims(object).stream()
        .flatMap(
            claim ->
                LongStream.range(0, replicas)
                    .mapToObj(i -> claim.name() + "-" + object.name() + "-" + i))
        .toList();
  }

  /** Takes other images for those of the map, in all containers. */
  public static void mapImages(KubeObject object, Map<String, String> images) {
    for (KubeObject pod : of(object)) {
      Stream.concat(
              pod.objects("spec", "containers").stream(),
              pod.objects("spec", "initContainers").stream())
          .forEach(
              it ->
                  it.tree()
                      .computeIfPresent(
                          "image", (key, is) -> images.getOrDefault(is, is.toString())));
    }
  }
}
