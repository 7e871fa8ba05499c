package dev.previews.gateway.tunnels;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.previews.tunnel.Access;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;

/**
 * What a client asks for: {@code /<tunnel>#access=private;meta=<JSON>;inject=<JSON>}, the JSON in
 * Base64url.
 *
 * @param text the request as it came, which is also its name
 * @param tunnel the tunnel's name, without the leading slash
 * @param access who may open it
 * @param rawTcp whether the service behind it does not speak HTTP ({@code "protocol":"tcp"} in
 *     meta)
 * @param scripts what is added to its pages
 */
public record ForwardRequest(
    String text, String tunnel, Access access, boolean rawTcp, List<InjectedScript> scripts) {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final int LONGEST = 16_384;
  private static final int MOST_SCRIPTS = 20;

  /** A public tunnel of this name. */
  public static ForwardRequest plain(String tunnel) {
    return new ForwardRequest(tunnel, tunnel, Access.PUBLIC, false, List.of());
  }

  /**
   * Reads a request.
   *
   * @throws IllegalArgumentException when it is wrong, saying what
   */
  public static ForwardRequest parse(String text) {
    if (text.length() > LONGEST) {
      throw new IllegalArgumentException(
          "a forward request of more than " + LONGEST + " characters");
    }
    int hash = text.indexOf('#');
    String path = hash < 0 ? text : text.substring(0, hash);
    String tunnel = path.startsWith("/") ? path.substring(1) : path;
    if (tunnel.isBlank()) {
      throw new IllegalArgumentException("a forward request without a name");
    }
    Access access = Access.PUBLIC;
    boolean rawTcp = false;
    List<InjectedScript> scripts = List.of();
    String parameters = hash < 0 ? "" : text.substring(hash + 1);
    for (String parameter :
        parameters.isEmpty() ? List.<String>of() : List.of(parameters.split(";"))) {
      int equal = parameter.indexOf('=');
      String key = equal < 0 ? parameter : parameter.substring(0, equal);
      String value = equal < 0 ? "" : parameter.substring(equal + 1);
      switch (key) {
        case "access" -> access = access(value);
        case "meta" -> rawTcp = json(key, value).path("protocol").asText().equals("tcp");
        case "inject" -> scripts = scripts(json(key, value));
        default ->
            throw new IllegalArgumentException(
                "an unknown parameter '" + key + "': the parameters are access, meta and inject");
      }
    }
    return new ForwardRequest(text, tunnel, access, rawTcp, scripts);
  }

  private static Access access(String value) {
    return switch (value) {
      case "public" -> Access.PUBLIC;
      case "private" -> Access.PRIVATE;
      default ->
          throw new IllegalArgumentException("access is public or private, not '" + value + "'");
    };
  }

  private static JsonNode json(String key, String value) {
    try {
      JsonNode node = JSON.readTree(Base64.getUrlDecoder().decode(value));
      if (node == null) {
        throw new IllegalArgumentException("'" + key + "' is empty");
      }
      return node;
    } catch (IllegalArgumentException | IOException e) {
      throw new IllegalArgumentException("'" + key + "' is not JSON in Base64url", e);
    }
  }

  private static List<InjectedScript> scripts(JsonNode nodes) {
    List<InjectedScript> scripts = new ArrayList<>();
    if (!nodes.isArray() || nodes.size() > MOST_SCRIPTS) {
      throw new IllegalArgumentException(
          "'inject' must be a list of " + MOST_SCRIPTS + " scripts at most");
    }
    for (JsonNode node : nodes) {
      if (!node.path("src").isTextual()) {
        throw new IllegalArgumentException("'inject' has a script without 'src'");
      }
      scripts.add(
          new InjectedScript(
              node.path("src").asText(),
              node.path("async").asBoolean(),
              node.path("defer").asBoolean(),
              pattern(node.path("pathRegex"))));
    }
    return List.copyOf(scripts);
  }

  private static Optional<Pattern> pattern(JsonNode node) {
    if (!node.isTextual()) {
      return Optional.empty();
    }
    try {
      return Optional.of(Pattern.compile(node.asText()));
    } catch (PatternSyntaxException e) {
      throw new IllegalArgumentException(
          "'inject' has a pathRegex that is none: " + e.getDescription(), e);
    }
  }
}
