package dev.previews.junit;

import dev.previews.error.InvalidInputException;
import java.net.URISyntaxException;
import java.net.URL;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** Finds Compose files by the names that a test gives. */
record ComposeFiles(List<Path> files) {

  static ComposeFiles find(List<String> names, Class<?> testClass) {
    if (names.isEmpty()) {
      throw new InvalidInputException("@PreviewEnvironment names no Compose file");
    }
    return new ComposeFiles(names.stream().map(name -> find(name, testClass)).toList());
  }

  private static Path find(String name, Class<?> testClass) {
    Path file = Path.of(name).toAbsolutePath();
    if (Files.exists(file)) {
      return file;
    }
    URL resource = testClass.getResource(name.startsWith("/") ? name : "/" + name);
    if (resource == null) {
      throw new InvalidInputException(
          "there is no Compose file " + file + ", and no '" + name + "' on the class path");
    }
    try {
      if (resource.getProtocol().equals("file")) {
        return Path.of(resource.toURI());
      }
    } catch (URISyntaxException e) {
      // As below.
    }
    throw new InvalidInputException(
        "the Compose file " + resource + " is inside an archive: Compose reads files only");
  }

  Path first() {
    return files.get(0);
  }

  Path[] more() {
    return files.stream().skip(1).toArray(Path[]::new);
  }
}
