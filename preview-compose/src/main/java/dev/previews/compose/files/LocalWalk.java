package dev.previews.compose.files;

import dev.previews.error.InvalidInputException;
import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Predicate;

/** Finds everything that a list of sources holds, without reading contents. */
final class LocalWalk {
  private static final int PROBLEMS_SHOWN = 10;

  private final Map<String, LocalEntry> entries = new HashMap<>();
  private final Set<String> inPlace = new HashSet<>();
  private final Set<String> claimed = new HashSet<>();
  private final Set<String> skipped = new LinkedHashSet<>();
  private final Set<String> problems = new LinkedHashSet<>();

  private final Predicate<Path> system;
  private boolean ofTheSystem;

  private LocalWalk(Predicate<Path> system) {
    this.system = system;
  }

  /**
   * Finds everything but the {@linkplain SystemPaths system's own}.
   *
   * @throws InvalidInputException when something cannot be read, naming up to ten such files
   */
  static LocalTree of(List<FileSource> sources) {
    return of(sources, SystemPaths::holds);
  }

  static LocalTree of(List<FileSource> sources, Predicate<Path> system) {
    LocalWalk walk = new LocalWalk(system);
    for (FileSource source : sources) {
      walk.claim(source.remotePath());
    }
    for (FileSource source : sources) {
      walk.addSource(source);
    }
    walk.failOnProblems();
    return new LocalTree(new TreeMap<>(walk.entries), walk.inPlace, new ArrayList<>(walk.skipped));
  }

  /** Claims a path and its parents: a link that another source has there would lead elsewhere. */
  private void claim(String path) {
    claimed.add(path);
    int end = path.lastIndexOf('/');
    if (end > 0) {
      claim(path.substring(0, end));
    }
  }

  private void addSource(FileSource source) {
    addParents(source.remotePath());
    try {
      Path resolved = source.local().toRealPath();
      LocalAttributes attributes = LocalAttributes.read(resolved);
      ofTheSystem = system.test(resolved);
      if (attributes.kind() == Kind.DIRECTORY) {
        addDirectory(resolved, source.remotePath(), "/", attributes, IgnoreRules.NONE);
      } else {
        add(resolved, source.remotePath(), attributes);
        if (attributes.kind() == Kind.FILE) {
          inPlace.add(source.remotePath());
        }
      }
    } catch (IOException e) {
      problem(source.local(), e);
    }
  }

  private void addParents(String path) {
    for (int end = path.indexOf('/'); end > 0; end = path.indexOf('/', end + 1)) {
      String parent = path.substring(0, end);
      entries.putIfAbsent(parent, new LocalEntry(parent, Path.of(""), LocalAttributes.PARENT, ""));
    }
  }

  private void addDirectory(
      Path directory,
      String path,
      String pathInSource,
      LocalAttributes attributes,
      IgnoreRules outer)
      throws IOException {
    entries.put(path, new LocalEntry(path, directory, attributes, ""));
    IgnoreRules rules = outer.in(directory, pathInSource);
    try (DirectoryStream<Path> children = Files.newDirectoryStream(directory)) {
      for (Path child : children) {
        addChild(child, path, pathInSource, rules);
      }
    } catch (DirectoryIteratorException e) {
      throw e.getCause();
    }
  }

  private void addChild(Path child, String parent, String parentInSource, IgnoreRules rules) {
    Path fileName = child.getFileName();
    String wrongName = LocalNames.problem(fileName);
    if (wrongName != null) {
      problem(child, wrongName);
      return;
    }
    String name = fileName.toString();
    if (name.equals(IgnoreRules.FILE_NAME)) {
      return;
    }
    String path = parent + "/" + name;
    String pathInSource = parentInSource + name;
    if (!ofTheSystem && system.test(child)) {
      skipped.add(child.toString());
      return;
    }
    try {
      LocalAttributes attributes = LocalAttributes.read(child);
      if (attributes.kind() == Kind.DIRECTORY) {
        if (!rules.ignore(pathInSource + "/")) {
          addDirectory(child, path, pathInSource + "/", attributes, rules);
        }
      } else if (!rules.ignore(pathInSource)
          && !(attributes.kind() == Kind.LINK && claimed.contains(path))) {
        add(child, path, attributes);
      }
    } catch (NoSuchFileException e) {
      // Gone since its directory was listed: not there to be copied.
    } catch (IOException e) {
      problem(child, e);
    }
  }

  private void add(Path local, String path, LocalAttributes attributes) throws IOException {
    switch (attributes.kind()) {
      case FILE -> addFile(local, path, attributes);
      case LINK -> addLink(local, path, attributes);
      default -> skipped.add(local.toString());
    }
  }

  private void addFile(Path local, String path, LocalAttributes attributes) {
    if (Files.isReadable(local)) {
      entries.put(path, new LocalEntry(path, local, attributes, ""));
    } else {
      problem(local, "it cannot be read");
    }
  }

  private void addLink(Path local, String path, LocalAttributes attributes) throws IOException {
    Path target = Files.readSymbolicLink(local);
    String wrongName = LocalNames.problem(target);
    if (wrongName == null) {
      entries.put(path, new LocalEntry(path, local, attributes, target.toString()));
    } else {
      problem(local, "what it points to: " + wrongName);
    }
  }

  private void problem(Path local, IOException failure) {
    problem(
        local,
        failure instanceof NoSuchFileException
            ? "it does not exist"
            : failure instanceof AccessDeniedException
                ? "it cannot be read"
                : String.valueOf(failure.getMessage()));
  }

  private void problem(Path local, String what) {
    problems.add(local + ": " + what);
  }

  private void failOnProblems() {
    if (problems.isEmpty()) {
      return;
    }
    List<String> shown =
        new ArrayList<>(problems).subList(0, Math.min(PROBLEMS_SHOWN, problems.size()));
    int more = problems.size() - shown.size();
    throw new InvalidInputException(
        "cannot copy " + String.join("\n", shown) + (more > 0 ? "\nand " + more + " more" : ""));
  }
}
