package dev.previews.compose.files;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.previews.error.RemoteCommandException;
import dev.previews.machines.TestImages;
import dev.previews.spi.Context;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** In a container of busybox, through the Docker CLI. */
class FileSyncContainerIT extends FileSyncContract {
  @TempDir Path shared;

  private String container = "";

  @BeforeAll
  static void requireEngine() {
    TestImages.requireEngine();
  }

  @AfterEach
  void removeContainer() throws Exception {
    run("docker", "rm", "--force", container);
  }

  @Override
  LocalConnection connect() throws Exception {
    if (container.isEmpty()) {
      String volume = shared + ":" + shared;
      Result result =
          run(
              "docker",
              "run",
              "--detach",
              "--init",
              "--volume",
              volume,
              "--tmpfs",
              "/small:size=4m",
              "--label",
              "dev.previews.test=files",
              TestImages.busybox(),
              "sleep",
              "600");
      assertThat(result.exitCode()).as(result.output()).isZero();
      container = result.output().strip();
    }
    return LocalConnection.inContainer(container);
  }

  @Override
  Path shared() {
    return shared;
  }

  @Test
  void saysThatTheDiskIsFullAndGoesOnWhenItIsNot() throws Exception {
    Path source = Files.createDirectory(local.resolve("big"));
    try (RandomAccessFile file = new RandomAccessFile(source.resolve("zeros").toFile(), "rw")) {
      file.setLength(64L << 20);
    }
    assertThatThrownBy(() -> sync(source))
        .isInstanceOf(RemoteCommandException.class)
        .hasMessageContaining("the disk with /small/files is full")
        .hasMessageContaining("/small");
    Files.writeString(source.resolve("zeros"), "few");
    assertThat(sync(source).bytes()).isEqualTo(3);
    assertThat(run("docker", "exec", container, "cat", "/small/files/tree/big/zeros").output())
        .isEqualTo("few");
  }

  private SyncReport sync(Path source) throws Exception {
    return WholeCopy.of(
        List.of(new FileSource(source, "big")),
        "/small/files",
        connect(),
        Context.within(Duration.ofMinutes(1)));
  }

  private static Result run(String... argv) throws IOException, InterruptedException {
    Process process =
        new ProcessBuilder(new ArrayList<>(List.of(argv))).redirectErrorStream(true).start();
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    return new Result(process.waitFor(), output);
  }

  private record Result(int exitCode, String output) {}
}
