package dev.previews.tunnel.agent;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.previews.error.InvalidInputException;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;

/**
 * One tunnel: what the gateway is asked for, and where it leads inside the environment.
 *
 * @param request as OpenSSH's client takes it: a path, or a name and a port
 * @param service the service's name, which is its host name there
 * @param port its port
 */
public record Forward(String request, String service, int port) {
  /** OpenSSH's client takes no longer path to listen at, and no longer name. */
  private static final int LONGEST_PATH = 107;

  private static final int LONGEST_NAME = 1024;

  /**
   * A tunnel of this name. Where what is said of it makes the request too long for a path, it is a
   * name and a port, of which the gateway takes the name.
   *
   * @param restricted whether it is private
   * @param rawTcp whether the service does not speak HTTP
   * @param scripts what is added to its pages
   * @throws InvalidInputException when the scripts are too long for a request
   */
  public static Forward of(
      String tunnel,
      String service,
      int port,
      boolean restricted,
      boolean rawTcp,
      List<PageScript> scripts) {
    String name =
        tunnel
            + (restricted ? "#access=private" : "#access=public")
            + (rawTcp ? ";meta=" + base64("{\"protocol\":\"tcp\"}") : "")
            + (scripts.isEmpty() ? "" : ";inject=" + base64(json(scripts)));
    if (name.length() + 1 <= LONGEST_PATH) {
      return new Forward("/" + name, service, port);
    }
    if (name.length() > LONGEST_NAME) {
      throw new InvalidInputException(
          "service '"
              + service
              + "': its inject_script labels are too long together, by "
              + (name.length() - LONGEST_NAME)
              + " characters of Base64");
    }
    return new Forward(name + ":80", service, port);
  }

  /**
   * The same, for a gateway that takes paths only.
   *
   * @throws InvalidInputException when it is not a path
   */
  public Forward asPath() {
    if (request.startsWith("/")) {
      return this;
    }
    int tooMany = 1 + request.lastIndexOf(':') - LONGEST_PATH;
    throw new InvalidInputException(
        "service '"
            + service
            + "': its inject_script labels are too long together, by "
            + tooMany
            + " characters of Base64, for a gateway that takes paths only, as a Preevy tunnel"
            + " server does");
  }

  private static String json(List<PageScript> scripts) {
    ArrayNode list = JsonNodeFactory.instance.arrayNode();
    for (PageScript script : scripts) {
      ObjectNode node = list.addObject().put("src", script.source());
      if (script.async()) {
        node.put("async", true);
      }
      if (script.defer()) {
        node.put("defer", true);
      }
      script.paths().ifPresent(it -> node.put("pathRegex", it));
    }
    return list.toString();
  }

  private static String base64(String text) {
    return Base64.getUrlEncoder()
        .withoutPadding()
        .encodeToString(text.getBytes(StandardCharsets.UTF_8));
  }

  /** The line that the agent reads. */
  String line() {
    return request + " " + service + " " + port + "\n";
  }
}
