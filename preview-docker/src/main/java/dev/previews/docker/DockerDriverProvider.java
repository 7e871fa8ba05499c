package dev.previews.docker;

import dev.previews.error.InvalidInputException;
import dev.previews.spi.DriverConfig;
import dev.previews.spi.DriverProvider;
import java.net.URI;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * The docker driver by name: {@code docker} or {@code
 * docker://?host=…&context=…&image=…&isolated=true&machineImage=…}, with every part optional.
 */
public final class DockerDriverProvider implements DriverProvider {
  /** For {@link java.util.ServiceLoader}. */
  public DockerDriverProvider() {}

  @Override
  public String scheme() {
    return "docker";
  }

  @Override
  public DriverConfig parse(URI address) {
    String text = address.toString();
    int question = text.indexOf('?');
    String place = question < 0 ? text : text.substring(0, question);
    if (!place.matches("docker(:/{0,3})?")) {
      throw new InvalidInputException(
          "'"
              + place
              + "' is not an address of the docker driver: it is docker, or docker:// and options"
              + " like ?host=tcp://…");
    }
    Map<String, String> options =
        options(question < 0 ? "" : text.substring(question + 1).replaceFirst("#.*", ""));
    if (options.containsKey("host") && options.containsKey("context")) {
      throw new InvalidInputException("the docker driver takes a host or a context, not both");
    }
    Docker docker = Docker.docker();
    for (Map.Entry<String, String> option : options.entrySet()) {
      docker = with(docker, option.getKey(), option.getValue());
    }
    return docker;
  }

  private static Map<String, String> options(String query) {
    Map<String, String> options = new LinkedHashMap<>();
    for (String part : query.split("&")) {
      if (part.isEmpty()) {
        continue;
      }
      int equals = part.indexOf('=');
      String key = decode(equals < 0 ? part : part.substring(0, equals));
      if (options.put(key, equals < 0 ? "" : decode(part.substring(equals + 1))) != null) {
        throw new InvalidInputException("the docker driver's option '" + key + "' is given twice");
      }
    }
    return options;
  }

  /** Unlike in a form, '+' means itself. */
  private static String decode(String part) {
    return URLDecoder.decode(part.replace("+", "%2B"), StandardCharsets.UTF_8);
  }

  private static Docker with(Docker docker, String key, String value) {
    return switch (key) {
      case "host" -> docker.host(value);
      case "context" -> docker.context(value);
      case "image" -> docker.image(value);
      case "machineImage" -> docker.machineImage(value);
      case "isolated" -> docker.isolated(isTrue(value));
      default ->
          throw new InvalidInputException(
              "the docker driver has no option '"
                  + key
                  + "': it has host, context, image, isolated and machineImage");
    };
  }

  private static boolean isTrue(String value) {
    return switch (value) {
      case "true" -> true;
      case "false" -> false;
      default ->
          throw new InvalidInputException(
              "the docker driver's option 'isolated' is true or false, not '" + value + "'");
    };
  }
}
