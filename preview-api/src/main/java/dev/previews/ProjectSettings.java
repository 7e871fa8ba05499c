package dev.previews;

import dev.previews.environment.EnvironmentId;
import dev.previews.environment.Template;
import dev.previews.error.InvalidInputException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.format.DateTimeParseException;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The {@code x-preview} section of a Compose file: what holds where the program itself says
 * nothing.
 */
final class ProjectSettings {
  private static final Set<String> KEYS =
      new TreeSet<>(
          Set.of("driver", "template", "template-values", "tunnel", "id", "owner", "deadline"));
  private static final Pattern DURATION = Pattern.compile("(?:(\\d+)h)?(?:(\\d+)m)?(?:(\\d+)s)?");

  private ProjectSettings() {}

  /**
   * The settings with the section's values where they had none.
   *
   * @param directory where relative paths start
   * @throws InvalidInputException for an unknown key or a value that is not valid
   */
  static Settings complete(Settings given, Map<String, Object> section, Path directory) {
    for (String key : section.keySet()) {
      if (!KEYS.contains(key)) {
        throw new InvalidInputException(
            "x-preview has an unknown key '" + key + "': the keys are " + String.join(", ", KEYS));
      }
    }
    Settings settings = given.copy();
    section.forEach(
        (key, value) -> {
          switch (key) {
            case "driver" -> {
              if (settings.driver == null) {
                settings.driverAddress = text(key, value);
                settings.driver = Providers.driver(settings.driverAddress);
              }
            }
            case "template" -> {
              if (settings.template == null) {
                settings.template = Template.read(directory.resolve(text(key, value)));
              }
            }
            case "template-values" ->
                values(key, value).forEach(settings.templateValues::putIfAbsent);
            case "tunnel" -> {
              if (settings.tunnel == null) {
                settings.tunnel = Providers.tunnel(text(key, value));
              }
            }
            case "id" -> {
              if (settings.id == null) {
                settings.id = EnvironmentId.of(text(key, value));
              }
            }
            case "owner" -> {
              if (settings.owner == null) {
                settings.owner = text(key, value);
              }
            }
            default -> {
              if (settings.deadline == null) {
                settings.deadline = duration(text(key, value));
              }
            }
          }
        });
    return settings;
  }

  private static String text(String key, Object value) {
    if (value instanceof Map || value instanceof Iterable || value.toString().isBlank()) {
      throw new InvalidInputException("x-preview: '" + key + "' must be a text, not " + value);
    }
    return value.toString();
  }

  private static Map<String, String> values(String key, Object value) {
    if (!(value instanceof Map<?, ?> map)) {
      throw new InvalidInputException("x-preview: '" + key + "' must be a mapping, not " + value);
    }
    Map<String, String> values = new java.util.TreeMap<>();
    map.forEach((name, it) -> values.put(String.valueOf(name), text(key + "." + name, it)));
    return values;
  }

  /** A duration as Compose writes them ("1h30m", "90s"), or as ISO 8601. */
  static Duration duration(String text) {
    Matcher parts = DURATION.matcher(text);
    Duration duration = Duration.ZERO;
    if (parts.matches()) {
      duration =
          duration
              .plusHours(number(parts, 1))
              .plusMinutes(number(parts, 2))
              .plusSeconds(number(parts, 3));
    } else {
      try {
        duration = Duration.parse(text);
      } catch (DateTimeParseException e) {
        throw new InvalidInputException(
            "x-preview: '" + text + "' is not a duration: write 90s, 10m or 1h30m", e);
      }
    }
    if (duration.isZero() || duration.isNegative()) {
      throw new InvalidInputException(
          "x-preview: the deadline must be positive, not '" + text + "'");
    }
    return duration;
  }

  private static long number(Matcher parts, int group) {
    String digits = parts.group(group);
    return digits == null ? 0 : Long.parseLong(digits);
  }
}
