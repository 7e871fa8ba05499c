package dev.previews.compose.files;

import java.nio.file.Path;
import org.junit.jupiter.api.io.TempDir;

/** With the tools of this machine. */
class FileSyncTest extends FileSyncContract {
  @TempDir Path shared;

  @Override
  LocalConnection connect() {
    return LocalConnection.plain();
  }

  @Override
  Path shared() {
    return shared;
  }
}
