package dev.previews;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.previews.error.InvalidInputException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class GitBranchTest {
  @TempDir Path directory;

  @Test
  void isReadFromAnyFolderOfTheCheckout() throws Exception {
    git("init", "-q", "-b", "feature/login");
    Path inner = Files.createDirectories(directory.resolve("a/b"));
    assertThat(GitBranch.of(inner)).contains("feature/login");
  }

  @Test
  void isReadInAWorktree() throws Exception {
    git("init", "-q", "-b", "main");
    commit();
    git("worktree", "add", "-q", "-b", "other", "tree");
    assertThat(GitBranch.of(directory.resolve("tree"))).contains("other");
  }

  @Test
  void aDetachedHeadIsAnErrorThatSaysToGiveAnId() throws Exception {
    git("init", "-q", "-b", "main");
    commit();
    git("checkout", "-q", "--detach");
    assertThatThrownBy(() -> GitBranch.of(directory))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("detached head")
        .hasMessageContaining("id(\"…\")");
  }

  private void commit() throws Exception {
    git(
        "-c",
        "user.name=t",
        "-c",
        "user.email=t@localhost",
        "commit",
        "-q",
        "--allow-empty",
        "-m",
        "x");
  }

  private void git(String... arguments) throws Exception {
    String[] argv = new String[arguments.length + 1];
    argv[0] = "git";
    System.arraycopy(arguments, 0, argv, 1, arguments.length);
    Process process = new ProcessBuilder(argv).directory(directory.toFile()).inheritIO().start();
    assertThat(process.waitFor()).isZero();
  }
}
