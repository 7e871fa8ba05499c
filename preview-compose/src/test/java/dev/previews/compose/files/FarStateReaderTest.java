package dev.previews.compose.files;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.previews.error.RemoteCommandException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import org.junit.jupiter.api.Test;

class FarStateReaderTest {
  private static final String RECORDS =
      """
      sha256
      0
      1700000000
      //1/4096/5/41ed/.
      //2/3/1600000000/81a4/./a
      b/ü
      //3/4/1600000001/a1ff/./end
      //4/4/1600000001/81a4/./unwanted
      //end
      //\
      """;

  @Test
  void readsRecordsHoweverTheyAreCutIntoPieces() throws IOException {
    byte[] bytes = RECORDS.getBytes(StandardCharsets.UTF_8);
    for (int size = 1; size <= bytes.length; size++) {
      FarStateReader reader = new FarStateReader(path -> !path.equals("unwanted"));
      for (int from = 0; from < bytes.length; from += size) {
        reader.write(bytes, from, Math.min(size, bytes.length - from));
      }
      assertThat(reader.state())
          .isEqualTo(
              new FarState(
                  FarDigest.SHA256,
                  1_700_000_000,
                  Map.of(
                      "a\nb/ü", new FarStat(2, 3, 1_600_000_000, 0100644),
                      "end", new FarStat(3, 4, 1_600_000_001, 0120777))));
    }
  }

  @Test
  void noticesThatTheEndIsMissing() throws IOException {
    byte[] bytes = RECORDS.getBytes(StandardCharsets.UTF_8);
    for (int length = 0; length < bytes.length; length++) {
      FarStateReader reader = new FarStateReader(path -> true);
      reader.write(bytes, 0, length);
      assertThatThrownBy(reader::state).isInstanceOf(RemoteCommandException.class);
    }
  }

  @Test
  void hearsThatTheFarEndFailed() throws IOException {
    FarStateReader reader = new FarStateReader(path -> true);
    assertThat(reader.failed()).isFalse();
    reader.write("failed\n".getBytes(StandardCharsets.UTF_8));
    assertThat(reader.failed()).isTrue();
  }

  @Test
  void refusesWhatIsNotTheScriptsOutput() {
    FarStateReader reader = new FarStateReader(path -> true);
    assertThatThrownBy(() -> reader.write("Welcome!\n".getBytes(StandardCharsets.UTF_8)))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("Welcome!");
  }
}
