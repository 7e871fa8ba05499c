package dev.previews.ssh;

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

/**
 * The ssh driver by name: {@code ssh://user@host:port}, several hosts with a comma between, and
 * options as a query.
 */
public final class SshDriverProvider implements DriverProvider {
  private static final Map<String, BiFunction<Ssh, String, Ssh>> OPTIONS = options();

  /** For {@link java.util.ServiceLoader}. */
  public SshDriverProvider() {}

  private static Map<String, BiFunction<Ssh, String, Ssh>> options() {
    Map<String, BiFunction<Ssh, String, Ssh>> options = new LinkedHashMap<>();
    options.put("acceptNewHostKeys", (ssh, yes) -> ssh.acceptNewHostKeys(isTrue(yes)));
    options.put("agent", (ssh, file) -> ssh.agent(path(file)));
    options.put("config", (ssh, file) -> ssh.config(path(file)));
    options.put("connectTimeout", (ssh, time) -> ssh.connectTimeout(seconds(time)));
    options.put("directory", Ssh::directory);
    options.put("engineSocket", Ssh::engineSocket);
    options.put("identity", (ssh, file) -> ssh.identity(path(file)));
    options.put("installDocker", (ssh, yes) -> ssh.installDocker(isTrue(yes)));
    options.put("keepAlive", SshDriverProvider::keepAlive);
    options.put("knownHosts", (ssh, file) -> ssh.knownHosts(path(file)));
    return options;
  }

  @Override
  public String scheme() {
    return "ssh";
  }

  @Override
  public DriverConfig parse(URI address) {
    String hosts = address.getRawAuthority();
    if (address.isOpaque() || hosts == null) {
      throw wrong(address, "write ssh://user@host");
    }
    if (address.getRawPath() != null && !address.getRawPath().replace("/", "").isEmpty()) {
      throw wrong(address, "there is nothing for the path '" + address.getPath() + "' to say");
    }
    if (hosts.matches(".*:[^,@]*@.*")) {
      throw new InvalidInputException(
          "an address of the ssh driver takes no password; use a key, or an ssh-agent");
    }
    Ssh ssh = Ssh.ssh().hosts(decode(hosts).split(","));
    if (address.getRawQuery() == null) {
      return ssh;
    }
    for (String part : address.getRawQuery().split("&")) {
      int equals = part.indexOf('=');
      String key = decode(equals < 0 ? part : part.substring(0, equals));
      BiFunction<Ssh, String, Ssh> option = OPTIONS.get(key);
      if (option == null || equals < 0) {
        throw wrong(address, "'" + key + "' is none of key=value with " + OPTIONS.keySet());
      }
      ssh = option.apply(ssh, decode(part.substring(equals + 1)));
    }
    return ssh;
  }

  private static boolean isTrue(String value) {
    return switch (value) {
      case "true" -> true;
      case "false" -> false;
      default -> throw new InvalidInputException("'" + value + "' is neither true nor false");
    };
  }

  /** {@code 5,15}: asked after 5 seconds of silence, given up after 15. */
  private static Ssh keepAlive(Ssh ssh, String value) {
    String[] times = value.split(",", -1);
    if (times.length != 2) {
      throw new InvalidInputException(
          "keepAlive is two times in seconds, as 5,15, and not '" + value + "'");
    }
    return ssh.keepAlive(seconds(times[0]), seconds(times[1]));
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

  /** Unlike in a form, '+' means itself. */
  private static String decode(String text) {
    return URLDecoder.decode(text.replace("+", "%2B"), StandardCharsets.UTF_8);
  }

  private static InvalidInputException wrong(URI address, String why) {
    return new InvalidInputException("the driver address '" + address + "' is wrong: " + why);
  }
}
