package dev.previews.compose.files;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import nl.basjes.gitignore.GitIgnore;
import org.jspecify.annotations.Nullable;

/**
 * The {@code .previewignore} files of a directory and those above it, up to the source; the
 * innermost that knows a path decides.
 */
final class IgnoreRules {
  static final String FILE_NAME = ".previewignore";

  static final IgnoreRules NONE = new IgnoreRules(null, null);

  private final @Nullable IgnoreRules outer;
  private final @Nullable GitIgnore rules;

  private IgnoreRules(@Nullable IgnoreRules outer, @Nullable GitIgnore rules) {
    this.outer = outer;
    this.rules = rules;
  }

  /** These, and those of {@code directory} if it has any. */
  IgnoreRules in(Path directory, String pathInSource) throws IOException {
    Path file = directory.resolve(FILE_NAME);
    if (!Files.isRegularFile(file)) {
      return this;
    }
    return new IgnoreRules(this, new GitIgnore(pathInSource, Files.readString(file)));
  }

  /**
   * Whether an entry stays here.
   *
   * @param pathInSource from the source, starting with {@code /}; ends with {@code /} for a
   *     directory
   */
  boolean ignore(String pathInSource) {
    for (IgnoreRules level = this; level != null; level = level.outer) {
      Boolean ignored = level.rules == null ? null : level.rules.isIgnoredFile(pathInSource);
      if (ignored != null) {
        return ignored;
      }
    }
    return false;
  }
}
