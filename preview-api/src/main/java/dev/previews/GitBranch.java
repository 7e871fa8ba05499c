package dev.previews;

import dev.previews.error.InvalidInputException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The branch that is checked out around a directory, read from git's own files
 * (gitrepository-layout(5)).
 */
final class GitBranch {
  private static final String BRANCH = "ref: refs/heads/";

  private GitBranch() {}

  /**
   * The branch; empty where there is no repository.
   *
   * @throws InvalidInputException when the head is detached
   */
  static Optional<String> of(Path directory) {
    Path git = repository(directory.toAbsolutePath().normalize());
    if (git == null) {
      return Optional.empty();
    }
    try {
      String head = Files.readString(git.resolve("HEAD")).strip();
      if (head.startsWith(BRANCH)) {
        return Optional.of(head.substring(BRANCH.length()));
      }
      throw new InvalidInputException(
          "the checkout at "
              + git
              + " is on no branch (detached head), so the environment has no name: give one with"
              + " id(\"…\")");
    } catch (IOException e) {
      throw new InvalidInputException(
          "the git repository " + git + " cannot be read: " + e + "; give a name with id(\"…\")",
          e);
    }
  }

  private static @Nullable Path repository(Path directory) {
    for (Path at = directory; at != null; at = at.getParent()) {
      Path git = at.resolve(".git");
      if (Files.isDirectory(git)) {
        return git;
      }
      if (Files.isRegularFile(git)) { // a worktree or a submodule: "gitdir: <path>"
        try {
          String text = Files.readString(git).strip();
          if (text.startsWith("gitdir: ")) {
            return at.resolve(text.substring("gitdir: ".length()));
          }
        } catch (IOException e) {
          throw new InvalidInputException(
              git + " cannot be read: " + e + "; give a name with id(\"…\")", e);
        }
      }
    }
    return null;
  }
}
