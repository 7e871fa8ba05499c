package dev.previews.junit;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.extension.ExtensionContext.Store;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolutionException;

/**
 * The environments that the tests of a class use, each by the extension that brought it up. JUnit
 * closes what is in a store; these are somebody else's to close.
 */
final class EnvironmentsInUse {
  private static final String KEY = "in use";

  private final Map<PreviewExtension, Used> environments;

  private EnvironmentsInUse(Map<PreviewExtension, Used> environments) {
    this.environments = environments;
  }

  /** Those of a context and of the ones around it. */
  static EnvironmentsInUse in(Store store) {
    EnvironmentsInUse known = store.get(KEY, EnvironmentsInUse.class);
    return known == null ? new EnvironmentsInUse(Map.of()) : known;
  }

  /** Adds one for a context and those within. */
  static void add(Store store, PreviewExtension by, boolean annotated, SharedPreview shared) {
    Map<PreviewExtension, Used> more = new LinkedHashMap<>(in(store).environments);
    more.put(by, new Used(annotated, shared));
    store.put(KEY, new EnvironmentsInUse(more));
  }

  Optional<SharedPreview> of(PreviewExtension extension) {
    return Optional.ofNullable(environments.get(extension)).map(Used::shared);
  }

  /** JUnit wants one extension for a parameter: it is the first, for all. */
  boolean answersFor(PreviewExtension extension) {
    return environments.isEmpty() || environments.keySet().iterator().next() == extension;
  }

  /** The one that parameters mean. */
  SharedPreview forParameter(ParameterContext parameter) {
    List<Used> candidates = List.copyOf(environments.values());
    if (candidates.size() > 1) {
      candidates = candidates.stream().filter(Used::annotated).toList();
    }
    if (candidates.size() != 1) {
      throw new ParameterResolutionException(
          environments.isEmpty()
              ? "there is no environment for "
                  + parameter.getParameter()
                  + ": is the extension's field static?"
              : "the class has "
                  + environments.size()
                  + " environments: which one is "
                  + parameter.getParameter()
                  + " of? Ask the extension in its field, as in app.url(\"web\")");
    }
    return candidates.get(0).shared();
  }

  private record Used(boolean annotated, SharedPreview shared) {}
}
