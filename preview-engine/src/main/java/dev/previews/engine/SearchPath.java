package dev.previews.engine;

import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Finds programs as a shell would. */
public final class SearchPath {
  private static final List<String> ENDINGS = List.of("", ".exe");

  private SearchPath() {}

  /** The first file of that name that can be run. */
  public static Optional<Path> find(String program, Map<String, String> environment) {
    return Arrays.stream(environment.getOrDefault("PATH", "").split(File.pathSeparator))
        .filter(directory -> !directory.isEmpty())
        .flatMap(directory -> ENDINGS.stream().map(ending -> Path.of(directory, program + ending)))
        .filter(file -> Files.isRegularFile(file) && Files.isExecutable(file))
        .findFirst();
  }
}
