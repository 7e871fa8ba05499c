package dev.previews.compose.files;

import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Collection;

/**
 * Paths as {@code xargs -0} takes them, each of them such that no program takes it for an option.
 */
record PathList(Collection<String> paths) {
  void writeTo(OutputStream out) throws IOException {
    OutputStream buffered = new BufferedOutputStream(out);
    for (String path : paths) {
      buffered.write(("./" + path + "\0").getBytes(StandardCharsets.UTF_8));
    }
    buffered.flush();
  }
}
