package dev.previews.tunnel;

import dev.previews.error.InvalidInputException;
import dev.previews.spi.ExposedService;
import dev.previews.tunnel.agent.PageScript;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;
import org.jspecify.annotations.Nullable;

/** What the labels of a service say of its tunnels: ours, else Preevy's. */
final class ServiceLabels {
  private static final Pattern SCRIPT =
      Pattern.compile("(?:preview|preevy)\\.inject_script\\.(.+)\\.([^.]*)");

  private ServiceLabels() {}

  static Access access(ExposedService service, Access otherwise) {
    String value = label(service, "preview.access", "preevy.access");
    if (value == null) {
      return otherwise;
    }
    return switch (value) {
      case "private" -> Access.PRIVATE;
      case "public" -> Access.PUBLIC;
      default ->
          throw wrong(service, "preview.access", "is private or public, not '" + value + "'");
    };
  }

  static boolean isRawTcp(ExposedService service) {
    return "tcp".equals(service.labels().get("preview.protocol"));
  }

  /**
   * The scripts for its pages, by their names: {@code preview.inject_script.<name>.src}, {@code
   * .async}, {@code .defer} and {@code .path_regex}.
   */
  static List<PageScript> scripts(ExposedService service) {
    Map<String, Map<String, String>> named = new TreeMap<>();
    // Preevy's come first in this order: ours replace what they say.
    new TreeMap<>(service.labels())
        .forEach(
            (label, value) -> {
              Matcher matcher = SCRIPT.matcher(label);
              if (matcher.matches()) {
                named
                    .computeIfAbsent(matcher.group(1), name -> new TreeMap<>())
                    .put(matcher.group(2), value);
              }
            });
    List<PageScript> scripts = new ArrayList<>();
    named.forEach((name, attributes) -> scripts.add(script(service, name, attributes)));
    return scripts;
  }

  private static PageScript script(
      ExposedService service, String name, Map<String, String> attributes) {
    String label = "preview.inject_script." + name;
    for (String attribute : attributes.keySet()) {
      if (!List.of("src", "async", "defer", "path_regex").contains(attribute)) {
        throw wrong(
            service, label + "." + attribute, "is unknown: it is src, async, defer or path_regex");
      }
    }
    String source = attributes.get("src");
    if (source == null || source.isBlank()) {
      throw wrong(service, label + ".src", "is missing");
    }
    Optional<String> paths = Optional.ofNullable(attributes.get("path_regex"));
    try {
      paths.ifPresent(Pattern::compile);
    } catch (PatternSyntaxException e) {
      throw wrong(service, label + ".path_regex", "is no pattern: " + e.getDescription());
    }
    return new PageScript(
        source,
        isTrue(service, label, attributes, "async"),
        isTrue(service, label, attributes, "defer"),
        paths);
  }

  private static boolean isTrue(
      ExposedService service, String label, Map<String, String> attributes, String name) {
    String value = attributes.getOrDefault(name, "false");
    return switch (value) {
      case "true", "" -> true;
      case "false" -> false;
      default -> throw wrong(service, label + "." + name, "is true or false, not '" + value + "'");
    };
  }

  private static InvalidInputException wrong(ExposedService service, String label, String why) {
    return new InvalidInputException(
        "service '" + service.name() + "': its label " + label + " " + why);
  }

  private static @Nullable String label(ExposedService service, String own, String other) {
    String value = service.labels().get(own);
    return value == null ? service.labels().get(other) : value;
  }
}
