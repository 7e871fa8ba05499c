package dev.previews.compose.files;

import dev.previews.machines.Needed;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;

/** With nothing but busybox, where this machine has it. */
class FileSyncBusyboxTest extends FileSyncContract {
  private static final Path BUSYBOX = Path.of("/bin/busybox");

  /** All that the far end's script may use. */
  private static final List<String> APPLETS =
      List.of(
          "cat", "chmod", "chown", "date", "df", "find", "head", "id", "md5sum", "mkdir", "mv",
          "rm", "rmdir", "sh", "stat", "tar", "touch", "wc", "xargs");

  private static Path applets;

  @TempDir Path shared;

  @BeforeAll
  static void linkApplets() throws IOException {
    Needed.check(Files.isExecutable(BUSYBOX), BUSYBOX.toString());
    applets = Files.createTempDirectory("applets");
    for (String name : APPLETS) {
      Files.createSymbolicLink(applets.resolve(name), BUSYBOX);
    }
  }

  @AfterAll
  static void unlinkApplets() throws IOException {
    for (String name : APPLETS) {
      Files.deleteIfExists(applets.resolve(name));
    }
    Files.deleteIfExists(applets);
  }

  @Override
  LocalConnection connect() {
    return LocalConnection.withSearchPath(applets.toString());
  }

  @Override
  Path shared() {
    return shared;
  }
}
