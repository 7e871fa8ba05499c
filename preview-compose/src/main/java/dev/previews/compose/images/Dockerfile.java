package dev.previews.compose.images;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.previews.compose.model.Build;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Reads which images a build starts from, where that is plain to see. What is not seen is left to
 * BuildKit, which pulls it.
 */
final class Dockerfile {
  private static final ObjectMapper MAPPER = new ObjectMapper();
  private static final Pattern ARG =
      Pattern.compile("(?i)\\s*ARG\\s+(\\w+)(?:=(\"?)(\\S*?)\\2)?\\s*");
  private static final Pattern FROM =
      Pattern.compile("(?i)\\s*FROM\\s+(?:--\\S+\\s+)*(\\S+)(?:\\s+AS\\s+(\\S+))?\\s*");
  private static final Pattern VARIABLE =
      Pattern.compile("\\$(?:(\\w+)|\\{(\\w+)(?::-([^}$]*))?})");

  private Dockerfile() {}

  /** The images that a build starts from. */
  static Set<String> baseImages(Build build) {
    try {
      JsonNode definition = MAPPER.readTree(build.definition());
      String text = definition.path("dockerfile_inline").asText("");
      if (text.isEmpty()) {
        Path context = Path.of(definition.path("context").asText());
        String name = definition.path("dockerfile").asText("Dockerfile");
        text = Files.readString(context.resolve(name));
      }
      Map<String, String> arguments = new LinkedHashMap<>();
      definition
          .path("args")
          .properties()
          .forEach(argument -> arguments.put(argument.getKey(), argument.getValue().asText()));
      return baseImages(text, arguments);
    } catch (JsonProcessingException e) {
      throw new IllegalArgumentException("not JSON", e);
    } catch (IOException | InvalidPathException e) {
      // The build says better what is wrong with it.
      return Set.of();
    }
  }

  static Set<String> baseImages(String text, Map<String, String> given) {
    Map<String, String> variables = new LinkedHashMap<>();
    Set<String> stages = new HashSet<>();
    Set<String> images = new LinkedHashSet<>();
    for (String line : (Iterable<String>) text.lines()::iterator) {
      Matcher arg = ARG.matcher(line);
      Matcher from = FROM.matcher(line);
      if (arg.matches() && stages.isEmpty() && images.isEmpty()) {
        String value = arg.group(3) == null ? "" : substituted(arg.group(3), variables);
        variables.put(arg.group(1), given.getOrDefault(arg.group(1), value));
      } else if (from.matches()) {
        String image = substituted(from.group(1), variables);
        if (!image.isEmpty()
            && !image.contains("$")
            && !image.equals("scratch")
            && !stages.contains(image.toLowerCase(Locale.ROOT))) {
          images.add(image);
        }
        if (from.group(2) != null) {
          stages.add(from.group(2).toLowerCase(Locale.ROOT));
        }
      }
    }
    return images;
  }

  private static String substituted(String text, Map<String, String> variables) {
    return VARIABLE
        .matcher(text)
        .replaceAll(
            match -> {
              String name = match.group(1) == null ? match.group(2) : match.group(1);
              String value = variables.getOrDefault(name, "");
              String fallback = match.group(3) == null ? "" : match.group(3);
              return Matcher.quoteReplacement(value.isEmpty() ? fallback : value);
            });
  }
}
