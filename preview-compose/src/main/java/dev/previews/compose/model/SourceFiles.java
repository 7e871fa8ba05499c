package dev.previews.compose.model;

import dev.previews.error.InvalidInputException;
import dev.previews.spi.ProjectSource;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** The files that the user gave: seen to be files before a tool reads them. */
final class SourceFiles {
  private static final long LARGEST = 8L * 1024 * 1024;

  private SourceFiles() {}

  /** The texts of the files, in their order. */
  static List<String> read(ProjectSource source) {
    if (source.files().isEmpty()) {
      throw new InvalidInputException("no Compose file was given: give at least one");
    }
    List<String> texts = new ArrayList<>();
    for (Path file : source.files()) {
      texts.add(read(file.toAbsolutePath()));
    }
    source
        .directory()
        .filter(directory -> !Files.isDirectory(directory))
        .ifPresent(
            directory -> {
              throw new InvalidInputException(
                  "the project directory " + directory.toAbsolutePath() + " is no directory");
            });
    return texts;
  }

  /** The files in words, for messages. */
  static String named(ProjectSource source) {
    return source.files().size() == 1
        ? "the Compose file " + source.files().get(0).toAbsolutePath()
        : "the project of the Compose files " + source.files();
  }

  /** Where relative paths in the files begin. */
  static Path directory(ProjectSource source) {
    Path first = source.files().get(0).toAbsolutePath().normalize();
    Path parent = first.getParent();
    return source
        .directory()
        .map(directory -> directory.toAbsolutePath().normalize())
        .orElse(parent == null ? first : parent);
  }

  private static String read(Path file) {
    if (Files.isDirectory(file)) {
      throw wrong(
          file, "is a directory: name the file in it, such as " + file.resolve("compose.yaml"));
    }
    if (Files.notExists(file)) {
      throw wrong(file, "does not exist: check the path");
    }
    if (!Files.isRegularFile(file)) {
      throw wrong(file, "is no regular file: write what it says to one");
    }
    if (!Files.isReadable(file)) {
      throw wrong(file, "may not be read by this user: change its permissions");
    }
    try {
      if (Files.size(file) > LARGEST) {
        throw wrong(
            file, "is larger than " + LARGEST / (1024 * 1024) + " MB: is it the right one?");
      }
      String text = new String(Files.readAllBytes(file), StandardCharsets.UTF_8);
      if (text.isBlank()) {
        throw wrong(file, "is empty: it needs at least 'services:' with one service");
      }
      return text;
    } catch (IOException e) {
      throw new InvalidInputException("the Compose file " + file + " cannot be read: " + e, e);
    }
  }

  private static InvalidInputException wrong(Path file, String why) {
    return new InvalidInputException("the Compose file " + file + " " + why);
  }
}
