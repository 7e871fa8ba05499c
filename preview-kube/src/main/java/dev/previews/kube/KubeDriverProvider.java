package dev.previews.kube;

import dev.previews.error.InvalidInputException;
import dev.previews.spi.DriverConfig;
import dev.previews.spi.DriverProvider;
import java.net.URI;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.BiFunction;

/** {@code kube}, or {@code kube://namespace?context=name}. */
public final class KubeDriverProvider implements DriverProvider {
  private static final Duration NONE = Duration.ZERO;
  private static final Map<String, BiFunction<Kube, String, Kube>> OPTIONS = options();

  /** For {@link java.util.ServiceLoader}. */
  public KubeDriverProvider() {}

  private static Map<String, BiFunction<Kube, String, Kube>> options() {
    Map<String, BiFunction<Kube, String, Kube>> options = new LinkedHashMap<>();
    options.put("connectTimeout", (kube, time) -> kube.connectTimeout(seconds(time)));
    options.put("context", Kube::context);
    options.put("grace", (kube, time) -> kube.grace(time.equals("0") ? NONE : seconds(time)));
    options.put("image", Kube::image);
    options.put("kubeconfig", (kube, file) -> kube.kubeconfig(path(file)));
    options.put("registryMirror", Kube::registryMirror);
    options.put("schedulingTimeout", (kube, time) -> kube.schedulingTimeout(seconds(time)));
    options.put("storageClass", Kube::storageClass);
    options.put("storageSize", Kube::storageSize);
    options.put("waitForRemoval", (kube, yes) -> kube.waitForRemoval(isTrue(yes)));
    return options;
  }

  /** {@code kube}. */
  @Override
  public String scheme() {
    return "kube";
  }

  /** The namespace stands where a host would; options follow as a query. */
  @Override
  public DriverConfig parse(URI address) {
    Kube kube = Kube.kube();
    if (address.isOpaque()) {
      if (!address.getSchemeSpecificPart().equals("default")) {
        throw wrong(address, "write kube://namespace");
      }
      return kube;
    }
    if (address.getPath() != null && !address.getPath().replace("/", "").isEmpty()) {
      throw wrong(address, "there is nothing for the path '" + address.getPath() + "' to say");
    }
    if (address.getRawAuthority() != null) {
      kube = kube.namespace(address.getRawAuthority());
    }
    if (address.getRawQuery() == null) {
      return kube;
    }
    for (String part : address.getRawQuery().split("&")) {
      int equals = part.indexOf('=');
      String key = decode(equals < 0 ? part : part.substring(0, equals));
      BiFunction<Kube, String, Kube> option = OPTIONS.get(key);
      if (option == null || equals < 0) {
        throw wrong(address, "'" + key + "' is none of key=value with " + OPTIONS.keySet());
      }
      kube = option.apply(kube, decode(part.substring(equals + 1)));
    }
    return kube;
  }

  private static boolean isTrue(String value) {
    return switch (value) {
      case "true" -> true;
      case "false" -> false;
      default -> throw new InvalidInputException("'" + value + "' is neither true nor false");
    };
  }

  private static Duration seconds(String value) {
    if (!value.matches("[1-9][0-9]{0,5}")) {
      throw new InvalidInputException("'" + value + "' is no number of seconds");
    }
    return Duration.ofSeconds(Long.parseLong(value));
  }

  private static Path path(String file) {
    try {
      return Path.of(file);
    } catch (InvalidPathException e) {
      throw new InvalidInputException("'" + file + "' is not a path", e);
    }
  }

  private static String decode(String text) {
    return URLDecoder.decode(text.replace("+", "%2B"), StandardCharsets.UTF_8);
  }

  private static InvalidInputException wrong(URI address, String why) {
    return new InvalidInputException("the driver address '" + address + "' is wrong: " + why);
  }
}
