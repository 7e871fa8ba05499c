package dev.previews.compose.images;

import dev.previews.progress.ProgressEvent;
import dev.previews.spi.Context;
import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.OutputStream;

/** Counts what is sent of an image, and reports it: each layer, and every few megabytes. */
final class SendProgress {
  private static final long STRIDE = 4 * 1024 * 1024;

  private final String image;
  private final Context context;
  private int layersSent;
  private int layersPresent;
  private long bytes;
  private long reported;

  SendProgress(String image, Context context) {
    this.image = image;
    this.context = context;
  }

  void layerSent() {
    layersSent++;
    report();
  }

  void layerPresent() {
    layersPresent++;
    report();
  }

  void report() {
    reported = bytes;
    context.report(new ProgressEvent.ImageSent(image, layersSent, layersPresent, bytes));
  }

  OutputStream counting(OutputStream sink) {
    return new FilterOutputStream(sink) {
      @Override
      public void write(int value) throws IOException {
        write(new byte[] {(byte) value}, 0, 1);
      }

      @Override
      public void write(byte[] buffer, int offset, int length) throws IOException {
        out.write(buffer, offset, length);
        bytes += length;
        if (bytes - reported >= STRIDE) {
          report();
        }
      }
    };
  }
}
