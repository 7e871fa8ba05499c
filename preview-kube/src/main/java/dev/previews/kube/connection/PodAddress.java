package dev.previews.kube.connection;

import dev.previews.kube.cluster.Cluster;

/**
 * The container that is the machine.
 *
 * @param namespace its namespace
 * @param pod its Pod's name
 * @param uid its Pod's uid: a StatefulSet gives its name to the next one
 * @param container its name in the Pod
 * @param containerId what the runtime calls it: a restart in the same Pod gives another; empty when
 *     not known
 */
public record PodAddress(
    String namespace, String pod, String uid, String container, String containerId) {
  String path(String subresource) {
    return "/api/v1/namespaces/"
        + Cluster.encode(namespace)
        + "/pods/"
        + Cluster.encode(pod)
        + (subresource.isEmpty() ? "" : "/" + subresource);
  }

  @Override
  public String toString() {
    return "Pod " + namespace + "/" + pod;
  }
}
