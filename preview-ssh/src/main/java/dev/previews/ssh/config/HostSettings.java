package dev.previews.ssh.config;

import dev.previews.error.InvalidInputException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * All that is needed to connect to a host.
 *
 * @param name the host as it was typed, for messages
 * @param host where it is: a name of the network or an address
 * @param port its port
 * @param user who logs in
 * @param keyName what it is called in known_hosts; with its port where that is not 22
 * @param identities key files in the order in which they are tried; some may not exist
 * @param agent the agent's socket; null for none
 * @param identitiesOnly whether of the agent's keys only those are used that are in {@code
 *     identities}
 * @param knownHosts the files of known hosts
 * @param newHosts the file that new hosts are written to; null where there is none
 * @param acceptNew whether a host that is not known is trusted and written down
 * @param jumps the hosts to go through, nearest first
 * @param options what else was said
 */
public record HostSettings(
    String name,
    String host,
    int port,
    String user,
    String keyName,
    List<Path> identities,
    @Nullable Path agent,
    boolean identitiesOnly,
    List<Path> knownHosts,
    @Nullable Path newHosts,
    boolean acceptNew,
    List<HostSettings> jumps,
    SshOptions options) {
  private static final int MOST_JUMPS = 8;
  private static final Pattern TOKEN = Pattern.compile("%(.)|\\$\\{([A-Za-z0-9_]+)\\}");
  private static final List<String> DEFAULT_IDENTITIES =
      List.of("~/.ssh/id_ed25519", "~/.ssh/id_ecdsa", "~/.ssh/id_rsa");
  private static final List<String> DEFAULT_KNOWN_HOSTS =
      List.of("~/.ssh/known_hosts", "~/.ssh/known_hosts2");
  private static final List<String> GLOBAL_KNOWN_HOSTS =
      List.of("/etc/ssh/ssh_known_hosts", "/etc/ssh/ssh_known_hosts2");

  /**
   * What program and files say of a host; the program counts more.
   *
   * @throws InvalidInputException when the files are wrong, or ask for what is not there
   */
  public static HostSettings resolve(HostName typed, SshOptions options) {
    return resolve(typed, options, 0);
  }

  private static HostSettings resolve(HostName typed, SshOptions options, int depth) {
    if (depth > MOST_JUMPS) {
      throw new InvalidInputException(
          "the ProxyJump of '" + typed + "' leads through more than " + MOST_JUMPS + " hosts");
    }
    Path home = Path.of(System.getProperty("user.home", "/"));
    String self = System.getProperty("user.name", "root");
    Map<String, List<String>> file =
        ConfigFile.read(options.configFiles(), typed.host(), typed.user(), home);
    refuse(file, typed);
    String user = typed.user() != null ? typed.user() : first(file, "user", self);
    int port = typed.port().orElseGet(() -> port(file, typed));
    String host = first(file, "hostname", typed.host()).replace("%%", "%");
    host = host.replace("%h", typed.host());
    Tokens tokens = new Tokens(home, typed.host(), host, port, user, self);
    String plainKeyName = first(file, "hostkeyalias", "");
    String keyName =
        !plainKeyName.isEmpty() ? plainKeyName : port == 22 ? host : "[" + host + "]:" + port;
    return new HostSettings(
        typed.toString(),
        host,
        port,
        user,
        keyName.toLowerCase(Locale.ROOT),
        identities(file, options, tokens),
        agent(file, options, tokens),
        first(file, "identitiesonly", "no").equalsIgnoreCase("yes"),
        knownHosts(file, options, tokens),
        userKnownHosts(file, options, tokens).stream().findFirst().orElse(null),
        acceptsNew(file, options),
        jumps(file, typed, options, depth),
        options);
  }

  private static void refuse(Map<String, List<String>> file, HostName typed) {
    String proxy = first(file, "proxycommand", "none");
    if (!proxy.equalsIgnoreCase("none") && !file.containsKey("proxyjump")) {
      throw new InvalidInputException(
          "the SSH configuration of '"
              + typed
              + "' has a ProxyCommand, which is not supported; use ProxyJump");
    }
  }

  private static int port(Map<String, List<String>> file, HostName typed) {
    String port = first(file, "port", "22");
    if (!port.matches("[1-9][0-9]{0,4}") || Integer.parseInt(port) > 65535) {
      throw new InvalidInputException(
          "the SSH configuration of '" + typed + "' has the port '" + port + "'");
    }
    return Integer.parseInt(port);
  }

  private static List<Path> identities(
      Map<String, List<String>> file, SshOptions options, Tokens tokens) {
    List<Path> all = new ArrayList<>(options.identities());
    List<String> more =
        file.getOrDefault("identityfile", all.isEmpty() ? DEFAULT_IDENTITIES : List.of());
    more.stream().filter(it -> !it.equalsIgnoreCase("none")).map(tokens::path).forEach(all::add);
    return all.stream().distinct().toList();
  }

  private static @Nullable Path agent(
      Map<String, List<String>> file, SshOptions options, Tokens tokens) {
    if (options.agent() != null) {
      return options.agent();
    }
    String variable = System.getenv().getOrDefault("SSH_AUTH_SOCK", "");
    String socket = first(file, "identityagent", "SSH_AUTH_SOCK");
    if (socket.equals("none")) {
      return null;
    }
    String path = socket.equals("SSH_AUTH_SOCK") ? variable : socket;
    return path.isEmpty() ? null : tokens.path(path);
  }

  private static List<Path> knownHosts(
      Map<String, List<String>> file, SshOptions options, Tokens tokens) {
    List<Path> all = new ArrayList<>(userKnownHosts(file, options, tokens));
    if (options.knownHosts() == null) {
      file.getOrDefault("globalknownhostsfile", GLOBAL_KNOWN_HOSTS).stream()
          .filter(each -> !each.equalsIgnoreCase("none"))
          .map(tokens::path)
          .forEach(all::add);
    }
    return all;
  }

  private static List<Path> userKnownHosts(
      Map<String, List<String>> file, SshOptions options, Tokens tokens) {
    if (options.knownHosts() != null) {
      return List.of(options.knownHosts());
    }
    return file.getOrDefault("userknownhostsfile", DEFAULT_KNOWN_HOSTS).stream()
        .filter(each -> !each.equalsIgnoreCase("none"))
        .map(tokens::path)
        .toList();
  }

  /** {@code no} and {@code off} would also accept a changed key; here they do not. */
  private static boolean acceptsNew(Map<String, List<String>> file, SshOptions options) {
    Boolean said = options.acceptNew();
    return said != null
        ? said
        : List.of("accept-new", "no", "off")
            .contains(first(file, "stricthostkeychecking", "ask").toLowerCase(Locale.ROOT));
  }

  private static List<HostSettings> jumps(
      Map<String, List<String>> file, HostName typed, SshOptions options, int depth) {
    String chain = first(file, "proxyjump", "none");
    if (chain.equalsIgnoreCase("none")) {
      return List.of();
    }
    List<HostSettings> jumps = new ArrayList<>();
    String[] hosts = chain.split(",");
    for (int i = 0; i < hosts.length; i++) {
      HostName jump = HostName.parse(hosts[i].strip());
      if (jump.host().equals(typed.host())) {
        continue; // "Host *" with a ProxyJump means the jump host as well
      }
      HostSettings settings = resolve(jump, options, depth + 1);
      if (i == 0) {
        jumps.addAll(settings.jumps());
      }
      jumps.add(settings);
    }
    return List.copyOf(jumps);
  }

  private static String first(Map<String, List<String>> file, String option, String otherwise) {
    List<String> values = file.getOrDefault(option, List.of());
    return values.isEmpty() ? otherwise : values.get(0);
  }

  /**
   * What it is called in known_hosts where its port is not mentioned; empty when it always is, or
   * never.
   */
  public Optional<String> keyNameWithoutPort() {
    return keyName.startsWith("[") && keyName.endsWith("]:" + port)
        ? Optional.of(host.toLowerCase(Locale.ROOT))
        : Optional.empty();
  }

  /** Where it is, as OpenSSH would write it. */
  public String address() {
    return user + "@" + (host.indexOf(':') >= 0 ? "[" + host + "]" : host) + ":" + port;
  }

  @Override
  public String toString() {
    return name;
  }

  private record Tokens(
      Path home, String typed, String host, int port, String user, String localUser) {
    Path path(String text) {
      String full =
          text.equals("~")
              ? home.toString()
              : text.startsWith("~/") ? home + text.substring(1) : text;
      StringBuilder path = new StringBuilder();
      Matcher token = TOKEN.matcher(full);
      while (token.find()) {
        String value =
            token.group(1) == null
                ? System.getenv().getOrDefault(token.group(2), "")
                : value(token.group(1), token.group());
        token.appendReplacement(path, Matcher.quoteReplacement(value));
      }
      return home.resolve(token.appendTail(path).toString());
    }

    private String value(String letter, String otherwise) {
      return switch (letter) {
        case "%" -> "%";
        case "d" -> home.toString();
        case "h" -> host;
        case "n", "k" -> typed;
        case "p" -> Integer.toString(port);
        case "r" -> user;
        case "u" -> localUser;
        default -> otherwise;
      };
    }
  }
}
