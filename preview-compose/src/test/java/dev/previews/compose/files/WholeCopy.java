package dev.previews.compose.files;

import dev.previews.spi.Connection;
import dev.previews.spi.Context;
import java.util.List;

/** A copy, and what is kept of it for the next. */
final class WholeCopy {
  private WholeCopy() {}

  static SyncReport of(
      List<FileSource> sources, String remoteDirectory, Connection connection, Context context) {
    FileSync sync = new FileSync(sources, remoteDirectory, connection, context);
    SyncReport report = sync.copy();
    sync.commit();
    return report;
  }
}
