package dev.previews.kube.cluster;

import java.util.List;

/**
 * A collection.
 *
 * @param objects what was read of it
 * @param last the answer to the last request, which tells whether it is whole
 */
public record Listing(List<KubeObject> objects, Answer last) {
  /** All objects. */
  public List<KubeObject> orThrow() {
    last.orThrow();
    return objects;
  }
}
