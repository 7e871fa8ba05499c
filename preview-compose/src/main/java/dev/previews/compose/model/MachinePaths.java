package dev.previews.compose.model;

import dev.previews.compose.files.FileSource;
import dev.previews.compose.files.FileSync;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * Where local paths go on the machine: those of the project to a place that does not depend on
 * where it was checked out, others below {@code outside} by their absolute path.
 */
final class MachinePaths {
  private final Path projectDirectory;
  private final String root;
  private final Map<String, FileSource> sources = new TreeMap<>();
  private final TreeSet<String> empty = new TreeSet<>();
  private final Map<Path, String> placed = new TreeMap<>();

  MachinePaths(Path projectDirectory, String root) {
    this.projectDirectory = projectDirectory;
    this.root = root;
  }

  /** Decides where a local directory goes if it is copied, wherever it is here. */
  void place(Path local, String relative) {
    placed.put(local, relative);
  }

  /** Has a local file or directory copied. Returns its absolute path on the machine. */
  String copied(Path local) {
    FileSource source = new FileSource(local, relative(local));
    sources.put(source.remotePath(), source);
    return FileSync.remotePath(root, source);
  }

  /** Has an empty directory made. Returns its absolute path on the machine. */
  String empty(Path local) {
    String remote = FileSync.remotePath(root, new FileSource(local, relative(local)));
    empty.add(remote);
    return remote;
  }

  List<FileSource> sources() {
    return List.copyOf(sources.values());
  }

  List<String> emptyDirectories() {
    return List.copyOf(empty);
  }

  private String relative(Path local) {
    String decided = placed.get(local);
    if (decided != null) {
      return decided;
    }
    boolean inside = local.startsWith(projectDirectory);
    List<String> components = new ArrayList<>(List.of(inside ? "project" : "outside"));
    Path path = inside ? projectDirectory.relativize(local) : local;
    Path drive = inside ? null : path.getRoot();
    if (drive != null) {
      String letter = drive.toString().replaceAll("[^A-Za-z0-9]", "");
      if (!letter.isEmpty()) {
        components.add(letter);
      }
    }
    path.forEach(component -> components.add(component.toString()));
    components.removeIf(String::isEmpty);
    return String.join("/", components);
  }
}
