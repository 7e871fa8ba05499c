package dev.previews.compose.files;

import static org.assertj.core.api.Assertions.assertThat;

import dev.previews.error.InvalidInputException;
import dev.previews.machines.BoundByModes;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LocalWalkTest {
  @TempDir Path directory;

  @Test
  void whatCannotBeReadIsNamedAllAtOnce() throws Exception {
    Files.writeString(directory.resolve("fine"), "content");
    Path file = Files.writeString(directory.resolve("file"), "content");
    Path below = Files.createDirectory(directory.resolve("below"));
    for (Path each : List.of(file, below)) {
      Files.setPosixFilePermissions(each, PosixFilePermissions.fromString("---------"));
    }
    String message = BoundByModes.output(Walk.class, directory.toString());
    assertThat(message).startsWith("cannot copy ");
    assertThat(message.substring("cannot copy ".length()).lines())
        .containsExactlyInAnyOrder(below + ": it cannot be read", file + ": it cannot be read");
  }

  @Test
  void whatIsTheSystemsOwnIsLeftOutBelowASourceToo() throws Exception {
    Path source = Files.createDirectory(directory.resolve("source")).toRealPath();
    Files.createDirectories(source.resolve("kept"));
    Path logs = Files.createDirectories(source.resolve("logs/deep")).getParent();
    Files.writeString(logs.resolve("deep/file"), "content");
    LocalTree tree =
        LocalWalk.of(List.of(new FileSource(source, "outside/var")), path -> path.equals(logs));
    assertThat(tree.entries()).containsOnlyKeys("outside", "outside/var", "outside/var/kept");
    assertThat(tree.skipped()).containsExactly(logs.toString());
    assertThat(
            LocalWalk.of(
                    List.of(new FileSource(logs.resolve("deep"), "asked-for")),
                    path -> path.startsWith(logs))
                .entries())
        .as("who asks for such a path itself gets it")
        .containsKey("asked-for/file");
  }

  @Test
  void theSystemsOwnPathsAreKnown() {
    assertThat(List.of("/", "/var/run", "/run/user", "/var/log/app", "/proc/1", "/sys", "/dev/shm"))
        .allMatch(path -> SystemPaths.holds(Path.of(path)));
    assertThat(List.of("/var", "/var/lib", "/home", "/development"))
        .noneMatch(path -> SystemPaths.holds(Path.of(path)));
  }

  /** Walks a directory. */
  static final class Walk {
    private Walk() {}

    public static void main(String[] arguments) {
      try {
        LocalWalk.of(List.of(new FileSource(Path.of(arguments[0]), "project")));
        System.out.println("nothing was refused");
      } catch (InvalidInputException e) {
        System.out.println(e.getMessage());
      }
    }
  }
}
