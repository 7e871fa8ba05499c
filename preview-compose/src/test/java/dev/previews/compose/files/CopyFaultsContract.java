package dev.previews.compose.files;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.previews.error.PreviewException;
import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.util.Arrays;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Copies that are cut, damaged, disturbed: nothing is half done, and the next one heals it. */
abstract class CopyFaultsContract extends SourcesContract {
  @Test
  void healsAfterFirstCopyWasCut() throws Exception {
    assertHealsWhenCut();
  }

  @Test
  void healsAfterUpdateWasCut() throws Exception {
    write("file-3", "before");
    write("goes", "before");
    sync();
    Files.delete(project.resolve("goes"));
    assertHealsWhenCut();
  }

  private void assertHealsWhenCut() throws Exception {
    for (int i = 0; i < 100; i++) {
      write("file-" + i, "content".repeat(1000) + i);
    }
    Map<String, String> before = Files.exists(remote.resolve("tree")) ? far() : Map.of();
    connection.filterStdin(out -> new CutStream(out, 250_000));
    assertThatThrownBy(this::sync).isInstanceOf(PreviewException.class);
    assertThat(Files.exists(remote.resolve("tree")) ? far() : Map.of()).isEqualTo(before);
    connection.filterStdin(out -> new CutStream(out, Integer.MAX_VALUE));
    sync();
    assertThat(far()).isEqualTo(FileTree.of(project));
    assertNothingToDo();
  }

  @Test
  void noticesDamageOnTheWay() throws Exception {
    write("a", "content".repeat(100_000));
    connection.filterStdin(out -> new DamagingStream(out, 300_000));
    assertThatThrownBy(this::sync)
        .isInstanceOf(PreviewException.class)
        .hasMessageContaining("what arrived differs from what was sent");
    connection.filterStdin(out -> out);
    sync();
    assertThat(far()).isEqualTo(FileTree.of(project));
  }

  @Test
  void healsAfterFailureInTheMiddleOfTheChange() throws Exception {
    write("a", "A");
    write("goes", "G");
    write("d/x", "X");
    sync();
    // A directory of the far end's own stands where a file shall go: the tree is half changed then.
    Files.createDirectories(farPath("z/own"));
    write("a", "A2");
    write("z", "Z");
    Files.delete(project.resolve("goes"));
    assertThatThrownBy(this::sync).isInstanceOf(PreviewException.class);
    Files.delete(farPath("z/own"));
    write("a", "A3");
    sync();
    assertThat(far()).isEqualTo(FileTree.of(project));
    assertNothingToDo();
  }

  @Test
  void refusesToCommitWhenAnotherCopyBegan() throws Exception {
    write("a", "A");
    FileSync first = copier();
    first.copy();
    write("b", "B");
    FileSync second = copier();
    second.copy();
    assertThatThrownBy(first::commit)
        .isInstanceOf(PreviewException.class)
        .hasMessageContaining("another copy to the same directory is under way");
    second.commit();
    assertThat(far()).isEqualTo(FileTree.of(project));
    assertNothingToDo();
  }

  @Test
  void whatWasNotCommittedIsSentAgain() throws Exception {
    write("a", "A");
    copier().copy();
    assertThat(far()).isEqualTo(FileTree.of(project));
    Files.writeString(farPath("a"), "B");
    assertThat(sync().files()).isEqualTo(1);
    assertThat(far()).isEqualTo(FileTree.of(project));
    assertNothingToDo();
  }

  /** Takes everything and passes on only the first bytes: a connection that lost the rest. */
  private static final class CutStream extends FilterOutputStream {
    private long left;

    CutStream(OutputStream out, long left) {
      super(out);
      this.left = left;
    }

    @Override
    public void write(byte[] bytes, int offset, int length) throws IOException {
      int passed = (int) Math.min(left, length);
      out.write(bytes, offset, passed);
      left -= passed;
    }
  }

  /** Changes one byte. */
  private static final class DamagingStream extends FilterOutputStream {
    private final long victim;
    private long position;

    DamagingStream(OutputStream out, long victim) {
      super(out);
      this.victim = victim;
    }

    @Override
    public void write(byte[] bytes, int offset, int length) throws IOException {
      byte[] copy = Arrays.copyOfRange(bytes, offset, offset + length);
      if (position <= victim && victim < position + length) {
        copy[(int) (victim - position)] ^= 1;
      }
      position += length;
      out.write(copy);
    }
  }
}
