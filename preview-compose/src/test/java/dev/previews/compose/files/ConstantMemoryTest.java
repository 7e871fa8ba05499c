package dev.previews.compose.files;

import static org.assertj.core.api.Assertions.assertThat;

import dev.previews.spi.Context;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Copying takes no more memory for a file that is larger than all of it. */
class ConstantMemoryTest {
  private static final long SIZE = 256L << 20;

  @TempDir Path directory;

  @Test
  void aFileThatIsMuchLargerThanTheHeapIsCopied() throws Exception {
    Path source = Files.createDirectory(directory.resolve("source"));
    try (RandomAccessFile sparse = new RandomAccessFile(source.resolve("large").toFile(), "rw")) {
      sparse.setLength(SIZE);
      sparse.seek(SIZE / 2);
      sparse.writeUTF("in the middle");
    }
    Path target = directory.resolve("target");
    Process java =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx32m",
                "-cp",
                System.getProperty("java.class.path"),
                Copy.class.getName(),
                source.toString(),
                target.toString())
            .redirectErrorStream(true)
            .start();
    String output = new String(java.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(java.waitFor()).as(output).isZero();
    assertThat(Files.mismatch(source.resolve("large"), target.resolve("tree/project/large")))
        .isEqualTo(-1);
  }

  /** Copies a directory. */
  static final class Copy {
    private Copy() {}

    public static void main(String[] arguments) throws IOException {
      try (LocalConnection connection = LocalConnection.plain()) {
        WholeCopy.of(
            List.of(new FileSource(Path.of(arguments[0]), "project")),
            arguments[1],
            connection,
            Context.within(Duration.ofMinutes(2)));
      }
    }
  }
}
