package dev.previews.ssh.config;

import dev.previews.error.InvalidInputException;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;

/**
 * A host as it is typed: {@code host}, {@code user@host}, {@code user@host:22}, {@code [::1]:22},
 * each also after {@code ssh://}.
 *
 * @param user the user's name; null when none was typed
 * @param host a name, an alias of the configuration or an address
 * @param port the port; empty when none was typed
 */
public record HostName(@Nullable String user, String host, OptionalInt port) {
  /**
   * Takes it apart.
   *
   * @throws InvalidInputException when it is none
   */
  public static HostName parse(String typed) {
    String text = typed.startsWith("ssh://") ? typed.substring("ssh://".length()) : typed;
    int at = text.lastIndexOf('@');
    String user = at < 0 ? null : text.substring(0, at);
    String place = text.substring(at + 1);
    String host = place;
    String port = "";
    if (place.startsWith("[")) {
      int end = place.indexOf(']');
      host = end < 0 ? "" : place.substring(1, end);
      port = end < 0 ? "" : place.substring(end + 1);
      if (!port.isEmpty() && !port.startsWith(":")) {
        throw wrong(typed);
      }
    } else if (place.indexOf(':') == place.lastIndexOf(':') && place.indexOf(':') >= 0) {
      host = place.substring(0, place.indexOf(':'));
      port = place.substring(place.indexOf(':'));
    }
    // What begins with a dash would be an option to any program that it is handed to.
    if (host.isEmpty() || host.startsWith("-") || !host.matches("[^\\s/'\"`$\\\\;&|<>()]+")) {
      throw wrong(typed);
    }
    if (user != null && (user.isEmpty() || user.startsWith("-") || user.matches(".*[\\s:/].*"))) {
      throw wrong(typed);
    }
    return new HostName(user, host, port(typed, port));
  }

  private static OptionalInt port(String typed, String text) {
    if (text.isEmpty()) {
      return OptionalInt.empty();
    }
    if (!text.matches(":[0-9]{1,5}")) {
      throw wrong(typed);
    }
    int port = Integer.parseInt(text.substring(1));
    if (port < 1 || port > 65535) {
      throw wrong(typed);
    }
    return OptionalInt.of(port);
  }

  private static InvalidInputException wrong(String typed) {
    return new InvalidInputException(
        "'" + typed + "' is no host: write host, user@host or user@host:port");
  }

  @Override
  public String toString() {
    return (user == null ? "" : user + "@")
        + (host.indexOf(':') >= 0 ? "[" + host + "]" : host)
        + (port.isPresent() ? ":" + port.getAsInt() : "");
  }
}
