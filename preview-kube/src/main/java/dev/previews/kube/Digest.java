package dev.previews.kube;

import dev.previews.kube.cluster.KubeObject;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Whether two renderings are the same. */
final class Digest {
  private static final int BYTES = 16;

  private Digest() {}

  static String of(List<KubeObject> objects) {
    try {
      byte[] text =
          sorted(objects.stream().map(KubeObject::tree).toList())
              .toString()
              .getBytes(StandardCharsets.UTF_8);
      byte[] hash = MessageDigest.getInstance("SHA-256").digest(text);
      return HexFormat.of().formatHex(hash, 0, BYTES);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has SHA-256", e);
    }
  }

  /** The order of fields does not matter, that of lists does. */
  private static Object sorted(Object value) {
    if (value instanceof Map<?, ?> map) {
      Map<String, Object> copy = new TreeMap<>();
      map.forEach((key, each) -> copy.put(key.toString(), each == null ? "null" : sorted(each)));
      return copy;
    }
    if (value instanceof List<?> list) {
      return list.stream().map(each -> each == null ? "null" : sorted(each)).toList();
    }
    return value;
  }
}
