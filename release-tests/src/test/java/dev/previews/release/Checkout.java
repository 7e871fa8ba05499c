package dev.previews.release;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;

/** The sources that are built, without what a build makes of them. */
final class Checkout {
  private Checkout() {}

  /** Copies what git knows of, and what it would if it were added. */
  static void copy(Path to) throws Exception {
    String files =
        Command.of(Command.root(), "git", "ls-files", "--cached", "--others", "--exclude-standard")
            .output();
    for (String file : files.lines().toList()) {
      Path from = Command.root().resolve(file);
      if (Files.isRegularFile(from)) {
        Path copy = to.resolve(file);
        Files.createDirectories(copy.getParent());
        Files.copy(from, copy, StandardCopyOption.COPY_ATTRIBUTES);
      }
    }
  }
}
