package dev.previews.gateway.proxy;

import dev.previews.gateway.tunnels.Tunnel;
import dev.previews.gateway.tunnels.Tunnels;
import io.netty.handler.codec.http.HttpResponseStatus;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Finds a request's tunnel: by the first label of its host, else by {@code /proxy/<label>/}. */
final class Router {
  private static final Pattern LABEL = Pattern.compile("[a-z0-9][a-z0-9_-]{0,53}-[a-z0-9]{1,8}");
  private static final Pattern PATH = Pattern.compile("/proxy/([^/?#]+)(/?[^#]*)");

  private final String domain;
  private final Tunnels tunnels;
  private final Instant settled;

  /** Routes; {@code restart} is how long clients have to come back after the start. */
  Router(URI root, Tunnels tunnels, Duration restart) {
    this.domain = root.getHost().toLowerCase(Locale.ROOT);
    this.tunnels = tunnels;
    this.settled = Instant.now().plus(restart);
  }

  /** The label that a host name of ours begins with. */
  Optional<String> label(String host) {
    String name = name(host);
    if (!name.endsWith("." + domain)) {
      return Optional.empty();
    }
    String label = name.substring(0, name.length() - domain.length() - 1);
    return label.indexOf('.') >= 0 ? Optional.empty() : Optional.of(label);
  }

  private static String name(String host) {
    String name = host.toLowerCase(Locale.ROOT);
    int colon = name.lastIndexOf(':');
    if (colon >= 0 && name.indexOf(']') < colon) {
      name = name.substring(0, colon);
    }
    return name.endsWith(".") ? name.substring(0, name.length() - 1) : name;
  }

  /** Whether the host is the gateway's own. */
  boolean isOwn(String host) {
    return name(host).equals(domain);
  }

  Route route(String host, String uri) throws Refusal {
    Optional<String> label = label(host);
    if (label.isPresent() && !label.get().equals("proxy")) {
      return new Route(find(label.get()), uri, "");
    }
    Matcher path = PATH.matcher(uri);
    if (path.matches()) {
      String rest = path.group(2);
      return new Route(
          find(path.group(1).toLowerCase(Locale.ROOT)),
          rest.startsWith("/") ? rest : "/" + rest,
          "/proxy/" + path.group(1));
    }
    throw new Refusal(
        HttpResponseStatus.NOT_FOUND,
        label.isEmpty() && !isOwn(host)
            ? "this gateway serves "
                + domain
                + " and its subdomains; the request is for another host"
            : "there is nothing here: environments are at <name>." + domain + " or /proxy/<name>/");
  }

  private Tunnel find(String label) throws Refusal {
    Optional<Tunnel> tunnel = tunnels.find(label);
    if (tunnel.isPresent()) {
      return tunnel.get();
    }
    Optional<Instant> gone = tunnels.goneSince(label);
    if (gone.isPresent()) {
      throw new Refusal(
          HttpResponseStatus.SERVICE_UNAVAILABLE,
          "the environment of '"
              + label
              + "' is not connected: it left "
              + Duration.between(gone.get(), Instant.now()).toSeconds()
              + " s ago; it is asleep, being replaced, or removed",
          Map.of("retry-after", "5"));
    }
    if (Instant.now().isBefore(settled) && LABEL.matcher(label).matches()) {
      throw new Refusal(
          HttpResponseStatus.SERVICE_UNAVAILABLE,
          "the gateway has just started, and the environment of '"
              + shown(label)
              + "', if there is one, is not connected yet",
          Map.of("retry-after", "2"));
    }
    throw new Refusal(
        HttpResponseStatus.NOT_FOUND, "no environment has the name '" + shown(label) + "'");
  }

  private static String shown(String label) {
    return label.length() > 63 ? label.substring(0, 63) + "…" : label;
  }
}
