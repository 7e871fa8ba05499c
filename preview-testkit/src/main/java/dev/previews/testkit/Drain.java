package dev.previews.testkit;

import dev.previews.spi.DuplexStream;
import java.io.IOException;
import java.util.concurrent.CompletableFuture;

/** Reads what nobody needs. */
final class Drain {
  private Drain() {}

  /** How much can be read until the stream ends or breaks. */
  static CompletableFuture<Long> of(DuplexStream stream) {
    return CompletableFuture.supplyAsync(
        () -> {
          byte[] buffer = new byte[1 << 16];
          long read = 0;
          try {
            for (int n = stream.input().read(buffer); n >= 0; n = stream.input().read(buffer)) {
              read += n;
            }
          } catch (IOException e) {
            // It broke.
          }
          return read;
        });
  }
}
