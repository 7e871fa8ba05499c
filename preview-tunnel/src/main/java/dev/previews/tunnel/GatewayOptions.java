package dev.previews.tunnel;

import dev.previews.error.InvalidInputException;
import java.net.URI;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/** A gateway and its options as one address. */
final class GatewayOptions {
  private GatewayOptions() {}

  static Gateway parse(URI address) {
    String text = address.toString();
    int question = text.indexOf('?');
    Gateway gateway = Gateway.gateway(question < 0 ? text : text.substring(0, question));
    String query = question < 0 ? "" : text.substring(question + 1);
    for (String option : query.split("&")) {
      int equal = option.indexOf('=');
      if (!option.isEmpty()) {
        gateway =
            with(
                gateway,
                equal < 0 ? option : option.substring(0, equal),
                equal < 0 ? "" : decode(option.substring(equal + 1)));
      }
    }
    return gateway;
  }

  /** Unlike in a form, '+' means itself. */
  private static String decode(String part) {
    return URLDecoder.decode(part.replace("+", "%2B"), StandardCharsets.UTF_8);
  }

  private static Gateway with(Gateway gateway, String key, String value) {
    return switch (key) {
      case "profile" -> gateway.profile(value);
      case "trust" -> gateway.trust(Path.of(value));
      case "image" -> gateway.image(value);
      case "access" ->
          switch (value) {
            case "private" -> gateway.access(Access.PRIVATE);
            case "public" -> gateway.access(Access.PUBLIC);
            default ->
                throw new InvalidInputException(
                    "the gateway tunnel's option 'access' is private or public, not '"
                        + value
                        + "'");
          };
      default ->
          throw new InvalidInputException(
              "the gateway tunnel has no option '"
                  + key
                  + "': it has profile, image, access and trust");
    };
  }
}
