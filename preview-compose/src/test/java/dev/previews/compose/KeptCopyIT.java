package dev.previews.compose;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.previews.error.PreviewException;
import dev.previews.error.PreviewInterruptedException;
import dev.previews.exec.Command;
import dev.previews.exec.Execution;
import dev.previews.machines.TestImages;
import dev.previews.spi.Connection;
import dev.previews.spi.Deployment;
import dev.previews.spi.DuplexStream;
import dev.previews.spi.Endpoint;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.ResourceLock;

/** What is known of a copy when something else fails. */
@Timeout(120)
@ResourceLock(ComposeFolder.ONE_CLASS_AT_A_TIME)
class KeptCopyIT {
  @RegisterExtension final EngineAtHand machine = new EngineAtHand();
  @TempDir Path directory;
  private ComposeFolder folder;

  @BeforeEach
  void page() throws Exception {
    folder = new ComposeFolder(directory, machine);
    folder.page("one");
  }

  @Test
  void filesAreNotSentAgainAfterABuildFailed() throws Exception {
    Files.createDirectory(directory.resolve("ctx"));
    Files.writeString(
        directory.resolve("ctx/Dockerfile"),
        "FROM " + TestImages.busybox() + "\nRUN sleep 5; exit 7\n");
    folder.write(ComposeFolder.WEB + "  built: {build: ./ctx}\n" + ComposeFolder.VOLUMES);
    assertThatThrownBy(() -> folder.up())
        .isInstanceOf(PreviewException.class)
        .hasMessageContaining("built");
    assertNotSentAgain();
  }

  @Test
  void filesAreNotSentAgainAfterServicesFailedBeforeTheCopyWasCommitted() throws Exception {
    String neverThere = "  other: {image: never-there, pull_policy: never}\n";
    folder.write(ComposeFolder.WEB + neverThere + ComposeFolder.VOLUMES);
    SlowToCommit connection = new SlowToCommit();
    assertThatThrownBy(() -> folder.up(connection, folder.context()))
        .isInstanceOf(PreviewException.class)
        .hasMessageContaining("never-there");
    assertThat(connection.commits).as("interrupted, and once more").hasValue(2);
    assertNotSentAgain();
  }

  private void assertNotSentAgain() throws Exception {
    String before = inode();
    assertThat(before).isNotBlank();
    folder.write(ComposeFolder.WEB + ComposeFolder.VOLUMES);
    try (Deployment deployment = folder.up()) {
      assertThat(inode()).isEqualTo(before);
      assertThat(deployment.services()).hasSize(1);
    }
  }

  /** Another one where the file was sent again. */
  private String inode() {
    return machine.run(
        "sh",
        "-c",
        "find '"
            + machine.machine().directory()
            + "/files/tree' -name index.html -exec stat -c %i {} +");
  }

  /** The first commit takes longer than Compose needs to fail. */
  private final class SlowToCommit implements Connection {
    private final AtomicInteger commits = new AtomicInteger();

    @Override
    public Execution exec(Command command) {
      if (command.argv().contains("commit") && commits.incrementAndGet() == 1) {
        try {
          Thread.sleep(60_000);
        } catch (InterruptedException e) {
          Thread.currentThread().interrupt();
          throw new PreviewInterruptedException("interrupted", e);
        }
      }
      return machine.exec(command);
    }

    @Override
    public DuplexStream dial(Endpoint endpoint) {
      return machine.dial(endpoint);
    }

    @Override
    public void close() {}
  }
}
