package dev.previews.kube;

import dev.previews.kube.cluster.KubeObject;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * The fields of an object that have a value, by path: {@code spec.containers[docker].image}. What
 * we recorded and labelled ourselves is none of them.
 *
 * @param values the values, by path
 */
record Fields(Map<String, String> values) {
  private static final int DIGEST_BYTES = 4;
  private static final int LONGEST_SUMMARY = 100_000;
  private static final String OURS = "dev.previews.";
  private static final String OWNERS = "ownerReferences";

  static Fields of(KubeObject object) {
    Map<String, String> values = new TreeMap<>();
    collect("", object.tree(), values);
    return new Fields(values);
  }

  private static void collect(String path, Object value, Map<String, String> into) {
    if (value instanceof Map<?, ?> map) {
      map.forEach(
          (key, each) -> {
            if (each != null && !key.toString().startsWith(OURS) && !key.equals(OWNERS)) {
              collect(path.isEmpty() ? key.toString() : path + "." + key, each, into);
            }
          });
    } else if (value instanceof List<?> list) {
      for (int i = 0; i < list.size(); i++) {
        Object each = list.get(i);
        if (each != null) {
          collect(path + "[" + nameOf(each, i) + "]", each, into);
        }
      }
    } else {
      into.put(path, value.toString());
    }
  }

  /** Containers, ports and volumes have names; what has none is known by its place. */
  private static String nameOf(Object element, int place) {
    return element instanceof Map<?, ?> map && map.get("name") instanceof String name
        ? name
        : String.valueOf(place);
  }

  /**
   * Paths with digests of their values, a line each: what tells later which of them changed. Empty
   * where it would be too long for an annotation.
   */
  String summary() {
    StringBuilder text = new StringBuilder();
    values.forEach(
        (path, value) -> text.append(path).append('=').append(digest(value)).append('\n'));
    return text.length() > LONGEST_SUMMARY ? "" : text.toString();
  }

  /** The digests of a summary, by path. */
  static Map<String, String> read(String summary) {
    Map<String, String> digests = new HashMap<>();
    summary
        .lines()
        .forEach(
            line -> {
              int equals = line.lastIndexOf('=');
              digests.put(line.substring(0, Math.max(0, equals)), line.substring(equals + 1));
            });
    return digests;
  }

  static String digest(String value) {
    try {
      byte[] hash =
          MessageDigest.getInstance("SHA-256").digest(value.getBytes(StandardCharsets.UTF_8));
      return HexFormat.of().formatHex(hash, 0, DIGEST_BYTES);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has SHA-256", e);
    }
  }
}
