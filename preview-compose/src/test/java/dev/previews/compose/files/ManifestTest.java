package dev.previews.compose.files;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ManifestTest {
  private static final Recorded FILE =
      new Recorded(
          Kind.FILE,
          0755,
          1000,
          1001,
          5L << 32,
          "",
          new Content("ab", "cd"),
          new FarStat(1L << 40, 5L << 32, 1_700_000_000, 0100755),
          1_700_000_001);
  private static final Recorded LINK =
      new Recorded(
          Kind.LINK, 0777, 0, 0, 0, "a\nb ünï", Content.NONE, new FarStat(2, 5, 3, 0120777), 4);

  @Test
  void readsWhatItWrote() throws IOException {
    Map<String, Recorded> entries =
        Map.of("a/ü\n//x", FILE, "link", LINK, "pending", Recorded.unknown(Kind.FILE));
    byte[] bytes = bytes(entries);
    assertThat(Manifest.parse(bytes, bytes.length).entries()).isEqualTo(entries);
  }

  @Test
  void leavesOutRecordThatWasCutOff() throws IOException {
    byte[] bytes = bytes(Map.of("a", FILE));
    for (int length = 0; length < bytes.length; length++) {
      assertThat(Manifest.parse(bytes, length).entries()).isEmpty();
    }
  }

  private static byte[] bytes(Map<String, Recorded> entries) throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    new Manifest(entries).writeTo(out);
    return out.toByteArray();
  }
}
