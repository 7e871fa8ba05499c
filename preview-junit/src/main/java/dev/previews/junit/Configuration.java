package dev.previews.junit;

import java.util.Locale;
import java.util.Optional;
import org.junit.jupiter.api.extension.ExtensionContext;

/** What is not said in the test but where it runs. */
final class Configuration {
  private final ExtensionContext context;

  Configuration(ExtensionContext context) {
    this.context = context;
  }

  /**
   * A setting such as {@code preview.driver}: a system property, else an environment variable
   * ({@code PREVIEW_DRIVER}), else a parameter of the JUnit platform, as in {@code
   * junit-platform.properties}.
   */
  Optional<String> get(String name) {
    String variable = name.replace('.', '_').toUpperCase(Locale.ROOT);
    return Optional.ofNullable(System.getProperty(name))
        .or(() -> Optional.ofNullable(System.getenv(variable)))
        .or(() -> context.getConfigurationParameter(name))
        .map(String::strip)
        .filter(value -> !value.isEmpty());
  }
}
