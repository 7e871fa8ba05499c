package dev.previews.compose.images;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;
import org.apache.commons.compress.archivers.tar.TarArchiveOutputStream;

/**
 * Copies an archive of {@code docker save} without layers that the reader has. Archives of engines
 * before version 25 name layers otherwise and are copied whole.
 */
final class LayerFilter {
  private static final Pattern BLOB = Pattern.compile("(?:\\./)?blobs/sha256/([0-9a-f]{64})");
  private static final Pattern OLD_LAYER = Pattern.compile("(?:\\./)?[0-9a-f]{64}/layer\\.tar");
  private static final String DIGEST = "sha256:";

  private final Set<String> layers;
  private final Set<String> present;
  private final SendProgress progress;

  /**
   * @param layers the digests of the image's layers
   * @param present those of them that are left out
   */
  LayerFilter(Set<String> layers, Set<String> present, SendProgress progress) {
    this.layers = layers;
    this.present = present;
    this.progress = progress;
  }

  void copy(InputStream archive, OutputStream sink) throws IOException {
    TarArchiveInputStream input = new TarArchiveInputStream(archive, StandardCharsets.UTF_8.name());
    TarArchiveOutputStream output =
        new TarArchiveOutputStream(progress.counting(sink), StandardCharsets.UTF_8.name());
    output.setLongFileMode(TarArchiveOutputStream.LONGFILE_POSIX);
    output.setBigNumberMode(TarArchiveOutputStream.BIGNUMBER_POSIX);
    byte[] buffer = new byte[64 * 1024];
    for (TarArchiveEntry entry = input.getNextEntry();
        entry != null;
        entry = input.getNextEntry()) {
      Matcher blob = BLOB.matcher(entry.getName());
      String digest = blob.matches() ? DIGEST + blob.group(1) : "";
      if (present.contains(digest)) {
        progress.layerPresent();
        continue;
      }
      output.putArchiveEntry(entry);
      for (int n = input.read(buffer); n >= 0; n = input.read(buffer)) {
        output.write(buffer, 0, n);
      }
      output.closeArchiveEntry();
      if (layers.contains(digest) || OLD_LAYER.matcher(entry.getName()).matches()) {
        progress.layerSent();
      }
    }
    // What follows the end mark must be read, too: only then is it known that all came.
    archive.transferTo(OutputStream.nullOutputStream());
    output.finish();
    output.flush();
  }
}
