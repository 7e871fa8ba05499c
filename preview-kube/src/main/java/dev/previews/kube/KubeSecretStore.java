package dev.previews.kube;

import dev.previews.error.OwnershipException;
import dev.previews.exec.Deadline;
import dev.previews.kube.cluster.Answer;
import dev.previews.kube.cluster.Cluster;
import dev.previews.kube.cluster.KubeObject;
import dev.previews.spi.SecretStore;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * Secrets of a namespace as a store, one for each key: the server lets one be created once. They
 * belong to no environment, so that none takes them along.
 */
final class KubeSecretStore implements SecretStore {
  private static final String STORE = "dev.previews.secret-store";
  private static final String VALUE = "value";

  private final Cluster cluster;
  private final String name;
  private final Deadline deadline;

  KubeSecretStore(Cluster cluster, String name, Deadline deadline) {
    this.cluster = cluster;
    this.name = name;
    this.deadline = deadline;
  }

  @Override
  public Optional<String> get(String key) {
    Answer answer =
        cluster.get(collection() + "/" + Cluster.encode(nameOf(key)), Map.of(), deadline);
    return answer.notFound() ? Optional.empty() : Optional.of(value(key, answer.orThrow()));
  }

  @Override
  public String putIfAbsent(String key, String value) {
    Map<String, Object> secret = new LinkedHashMap<>();
    secret.put("apiVersion", "v1");
    secret.put("kind", "Secret");
    secret.put("metadata", Map.of("name", nameOf(key), "labels", Map.of(STORE, name)));
    secret.put("immutable", true);
    secret.put(
        "data",
        Map.of(VALUE, Base64.getEncoder().encodeToString(value.getBytes(StandardCharsets.UTF_8))));
    Answer answer = cluster.post(collection(), secret, deadline);
    return answer.status() == 409
        ? get(key).orElseThrow(answer::failure)
        : value(key, answer.orThrow());
  }

  private String value(String key, KubeObject secret) {
    if (!name.equals(secret.labels().get(STORE))) {
      throw new OwnershipException(
          "the "
              + place(key)
              + " was not made by Previews, which needs one of this name: remove it, or choose"
              + " another name for the profile");
    }
    return new String(
        Base64.getDecoder().decode(secret.text("data", VALUE)), StandardCharsets.UTF_8);
  }

  @Override
  public String place(String key) {
    return "Secret '" + nameOf(key) + "' of the namespace '" + cluster.namespace() + "'";
  }

  private String collection() {
    return Cluster.base("v1") + "/namespaces/" + Cluster.encode(cluster.namespace()) + "/secrets";
  }

  private String nameOf(String key) {
    return name + "-" + key.toLowerCase(Locale.ROOT).replaceAll("[^a-z0-9.]+", "-");
  }

  @Override
  public void close() {
    cluster.close();
  }
}
