package dev.previews.compose.files;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.previews.error.InvalidInputException;
import java.io.FilterOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Files that change while they are copied. */
abstract class ChangesMeanwhileContract extends CopyFaultsContract {
  @Test
  void sendsFileAgainThatChangedWhileItWasCopied() throws Exception {
    write("big", "0123456789".repeat(200_000));
    write("vanishes", "x".repeat(2_000_000));
    write("z", "Z");
    Path big = project.resolve("big");
    onceAfter(
        200_000,
        () -> {
          Files.writeString(big, "shrunk");
          Files.delete(project.resolve("vanishes"));
        });
    sync();
    assertThat(far()).isEqualTo(FileTree.of(project));
    onceAfter(1_000_000, () -> Files.writeString(big, "9876543210".repeat(400_000)));
    write("big", "0123456789".repeat(200_000));
    sync();
    assertThat(far()).isEqualTo(FileTree.of(project));
    assertNothingToDo();
  }

  @Test
  void givesUpOnFileThatChangesAllTheTime() throws Exception {
    write("log", "line\n".repeat(100_000));
    write("steady", "S");
    connection.filterStdin(
        out ->
            new FilterOutputStream(out) {
              @Override
              public void write(byte[] bytes, int offset, int length) throws IOException {
                Files.writeString(project.resolve("log"), "line\n", StandardOpenOption.APPEND);
                out.write(bytes, offset, length);
              }
            });
    assertThatThrownBy(this::sync)
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("project/log");
    connection.filterStdin(out -> out);
    sync();
    assertThat(far()).isEqualTo(FileTree.of(project));
  }

  private void onceAfter(int bytes, Action action) {
    List<Action> actions = new ArrayList<>(List.of(action));
    connection.filterStdin(
        out ->
            new FilterOutputStream(out) {
              private long written;

              @Override
              public void write(byte[] buffer, int offset, int length) throws IOException {
                out.write(buffer, offset, length);
                written += length;
                if (written > bytes && !actions.isEmpty()) {
                  actions.remove(0).run();
                }
              }
            });
  }

  private interface Action {
    void run() throws IOException;
  }
}
