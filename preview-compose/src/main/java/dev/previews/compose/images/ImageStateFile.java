package dev.previews.compose.images;

import dev.previews.error.RemoteCommandException;
import dev.previews.exec.Command;
import dev.previews.exec.Execution;
import dev.previews.spi.Connection;
import dev.previews.spi.Context;
import dev.previews.spi.Machine;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;

/** The file on the machine that keeps an {@link ImageState}. */
final class ImageStateFile {
  // A first run has no file: no failure.
  private static final String READ = "if [ -e \"$1\" ]; then cat \"$1\"; fi";
  private static final String WRITE = "umask 077 && cat >\"$1.new\" && mv \"$1.new\" \"$1\"";

  private final String path;
  private final Connection connection;
  private final Context context;

  ImageStateFile(Machine machine, Connection connection, Context context) {
    this.path = machine.directory() + "/images.json";
    this.connection = connection;
    this.context = context;
  }

  ImageState read() {
    ByteArrayOutputStream content = new ByteArrayOutputStream();
    run("read", Command.of("sh", "-c", READ, "sh", path).stdout(content));
    return ImageState.parse(content.toString(StandardCharsets.UTF_8));
  }

  void write(String json) {
    byte[] content = json.getBytes(StandardCharsets.UTF_8);
    run("write", Command.of("sh", "-c", WRITE, "sh", path).stdin(file -> file.write(content)));
  }

  private void run(String what, Command command) {
    ByteArrayOutputStream stderr = new ByteArrayOutputStream();
    Command limited = command.stderr(stderr).timeout(context.deadline().remaining());
    try (Execution execution = connection.exec(limited)) {
      int exitCode = execution.await();
      if (exitCode != 0) {
        throw new RemoteCommandException(
            "the machine cannot " + what + " " + path + ": sh ended with " + exitCode,
            stderr.toString(StandardCharsets.UTF_8),
            null);
      }
    }
  }
}
