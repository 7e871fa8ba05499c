package dev.previews.ssh.config;

import dev.previews.error.InvalidInputException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.PathMatcher;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads {@code ssh_config} files for one host. As with OpenSSH the first value of an option is the
 * one that counts; only identity files add up.
 */
final class ConfigFile {
  private static final Logger log = LoggerFactory.getLogger(ConfigFile.class);
  private static final int DEEPEST = 16;
  private static final Path SYSTEM = Path.of("/etc/ssh");
  private static final Set<String> ADDING_UP = Set.of("identityfile", "certificatefile");

  private final String host;
  private final @Nullable String user;
  private final Path home;
  private final Map<String, List<String>> options = new LinkedHashMap<>();
  private boolean lastPass;
  private boolean wantsLastPass;

  private ConfigFile(String host, @Nullable String user, Path home) {
    this.host = host;
    this.user = user;
    this.home = home;
  }

  /**
   * What the files say of a host, by option in lower case.
   *
   * @param host as it was typed
   * @param user who is to log in, as it was typed; null when nobody was
   */
  static Map<String, List<String>> read(
      List<Path> files, String host, @Nullable String user, Path home) {
    ConfigFile reader = new ConfigFile(host, user, home);
    reader.read(files);
    if (reader.wantsLastPass) { // "Match final" sees what all the files have said
      reader.lastPass = true;
      reader.read(files);
    }
    return reader.options;
  }

  private void read(List<Path> files) {
    for (Path file : files) {
      if (Files.exists(file)) {
        Path relative = file.startsWith(SYSTEM) ? SYSTEM : home.resolve(".ssh");
        read(file, relative, 0);
      }
    }
  }

  /**
   * Reads one file.
   *
   * @param relative where the files are that it includes by a relative path
   */
  private void read(Path file, Path relative, int depth) {
    if (depth > DEEPEST) {
      throw new InvalidInputException(file + " is included by itself, or too deep");
    }
    List<String> lines;
    try {
      lines = Files.readString(file, StandardCharsets.UTF_8).lines().toList();
    } catch (IOException e) {
      throw new InvalidInputException("the SSH configuration " + file + " cannot be read: " + e, e);
    }
    boolean applies = true;
    for (int i = 0; i < lines.size(); i++) {
      List<String> words = words(lines.get(i), file, i + 1);
      if (words.isEmpty()) {
        continue;
      }
      String option = words.get(0).toLowerCase(Locale.ROOT);
      List<String> values = words.subList(1, words.size());
      switch (option) {
        case "host" -> applies = Patterns.match(values, host);
        case "match" -> applies = matches(values, file);
        case "include" -> {
          if (applies) {
            for (Path included : expand(values, relative)) {
              read(included, relative, depth + 1);
            }
          }
        }
        default -> {
          if (applies && !values.isEmpty()) {
            take(option, values);
          }
        }
      }
    }
  }

  private void take(String option, List<String> values) {
    if (ADDING_UP.contains(option)) {
      options.computeIfAbsent(option, it -> new ArrayList<>()).addAll(values);
    } else {
      options.putIfAbsent(option, values);
    }
  }

  /** The criteria that need no program to be run and no connection; any other does not match. */
  private boolean matches(List<String> criteria, Path file) {
    boolean all = !criteria.isEmpty();
    for (int i = 0; i < criteria.size(); i++) {
      String word = criteria.get(i).toLowerCase(Locale.ROOT);
      boolean negated = word.startsWith("!");
      String criterion = negated ? word.substring(1) : word;
      boolean holds;
      switch (criterion) {
        case "all" -> holds = true;
        case "canonical" -> holds = false;
        case "final" -> {
          wantsLastPass = true;
          holds = lastPass;
        }
        default -> {
          String subject = subject(criterion);
          if (subject == null || i + 1 == criteria.size()) {
            log.warn("{}: 'Match {}' is not supported and does not match", file, word);
            return false;
          }
          holds = Patterns.match(List.of(criteria.get(++i).split(",")), subject);
        }
      }
      all &= holds != negated;
    }
    return all;
  }

  private @Nullable String subject(String criterion) {
    String self = System.getProperty("user.name", "");
    return switch (criterion) {
      case "host" -> options.getOrDefault("hostname", List.of(host)).get(0).replace("%h", host);
      case "originalhost" -> host;
      case "user" -> user != null ? user : options.getOrDefault("user", List.of(self)).get(0);
      case "localuser" -> self;
      default -> null;
    };
  }

  private List<Path> expand(List<String> values, Path relative) {
    List<Path> files = new ArrayList<>();
    for (String value : values) {
      String typed = value.startsWith("~/") ? home + value.substring(1) : value;
      Path pattern = relative.resolve(typed).toAbsolutePath();
      List<Path> found = new ArrayList<>(List.of(Path.of("/")));
      for (Path part : pattern) {
        found = found.stream().flatMap(folder -> matching(folder, part.toString())).toList();
      }
      found.stream().filter(Files::isRegularFile).sorted().forEach(files::add);
    }
    return files;
  }

  /** What a folder has of a name, which may hold wildcards; as a shell, without hidden ones. */
  private static Stream<Path> matching(Path folder, String name) {
    if (!name.matches(".*[*?\\[].*")) {
      Path only = folder.resolve(name);
      return Files.exists(only) ? Stream.of(only) : Stream.empty();
    }
    PathMatcher matcher = FileSystems.getDefault().getPathMatcher("glob:" + name);
    try (Stream<Path> all = Files.list(folder)) {
      return all
          .filter(it -> matcher.matches(it.getFileName()))
          .filter(it -> name.startsWith(".") || !it.getFileName().toString().startsWith("."))
          .toList()
          .stream();
    } catch (IOException e) {
      return Stream.empty(); // it is no folder, or not the user's to see
    }
  }

  /** The words of a line; the first may be followed by {@code =}. */
  private static List<String> words(String line, Path file, int number) {
    List<String> words = new ArrayList<>();
    StringBuilder word = new StringBuilder();
    boolean quoted = false;
    boolean begun = false;
    for (char c : (line.strip() + " ").toCharArray()) {
      if (c == '"') {
        quoted = !quoted;
        begun = true;
      } else if (!quoted && c == '#' && !begun) {
        return words;
      } else if (!quoted && (Character.isWhitespace(c) || (c == '=' && words.isEmpty()))) {
        if (begun) {
          words.add(word.toString());
          word.setLength(0);
          begun = false;
        }
      } else if (quoted || c != '=' || words.size() != 1 || begun) {
        word.append(c);
        begun = true;
      }
    }
    if (quoted) {
      throw new InvalidInputException(
          "line " + number + " of the SSH configuration " + file + " has a quote without its end");
    }
    return words;
  }
}
