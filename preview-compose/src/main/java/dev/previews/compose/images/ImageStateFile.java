package dev.previews.compose.images;

import dev.previews.error.RemoteCommandException;
import dev.previews.exec.Command;
import dev.previews.exec.Execution;
import dev.previews.spi.Connection;
import dev.previews.spi.Context;
import dev.previews.spi.Machine;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;

/**
 * The file on the machine that keeps an {@link ImageState}. Who gets the right to change the
 * environment is told its content with it.
 */
public final class ImageStateFile {
  private static final String WRITE = "umask 077 && cat >\"$1.new\" && mv \"$1.new\" \"$1\"";

  private final String path;
  private final Connection connection;
  private final Context context;

  ImageStateFile(Machine machine, Connection connection, Context context) {
    this.path = path(machine);
    this.connection = connection;
    this.context = context;
  }

  /** Where it is; a machine where nothing was noted has none. */
  public static String path(Machine machine) {
    return machine.directory() + "/images.json";
  }

  void write(String json) {
    byte[] content = json.getBytes(StandardCharsets.UTF_8);
    ByteArrayOutputStream stderr = new ByteArrayOutputStream();
    Command command =
        Command.of("sh", "-c", WRITE, "sh", path)
            .stdin(file -> file.write(content))
            .stderr(stderr)
            .timeout(context.deadline().remaining());
    try (Execution execution = connection.exec(command)) {
      int exitCode = execution.await();
      if (exitCode != 0) {
        throw new RemoteCommandException(
            "the machine cannot write " + path + ": sh ended with " + exitCode,
            stderr.toString(StandardCharsets.UTF_8),
            null);
      }
    }
  }
}
