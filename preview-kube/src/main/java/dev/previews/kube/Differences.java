package dev.previews.kube;

import dev.previews.kube.cluster.KubeObject;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Where an object that is there is not as it should be. */
final class Differences {
  private static final int LONGEST = 60;

  private final boolean secret;
  private final List<String> found = new ArrayList<>();

  private Differences(boolean secret) {
    this.secret = secret;
  }

  /** One line for each field that is wanted and is not so; what the server filled in is ignored. */
  static List<String> between(KubeObject is, KubeObject wanted) {
    Differences differences = new Differences(wanted.kind().equals("Secret"));
    differences.compare("", is.tree(), wanted.tree());
    return differences.found;
  }

  private void compare(String path, Object is, Object wanted) {
    if (wanted instanceof Map<?, ?> fields && is instanceof Map<?, ?> present) {
      fields.forEach((key, value) -> compareField(path + "." + key, present.get(key), value));
    } else if (wanted instanceof List<?> list
        && is instanceof List<?> present
        && list.size() == present.size()) {
      for (int i = 0; i < list.size(); i++) {
        compareField(path + "[" + i + "]", present.get(i), list.get(i));
      }
    } else if (!String.valueOf(is).equals(String.valueOf(wanted))) {
      found.add(path.substring(1) + ": " + text(is) + " -> " + text(wanted));
    }
  }

  private void compareField(String path, @Nullable Object is, @Nullable Object wanted) {
    if (wanted != null && !path.startsWith(".metadata.annotations.dev.previews.")) {
      compare(path, is == null ? "(none)" : is, wanted);
    }
  }

  private String text(Object value) {
    String text = secret ? "(secret)" : String.valueOf(value).replace('\n', ' ');
    return text.length() > LONGEST ? text.substring(0, LONGEST) + "…" : text;
  }
}
