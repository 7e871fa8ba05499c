package dev.previews.compose.images;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.previews.exec.Deadline;
import dev.previews.progress.ProgressEvent;
import dev.previews.spi.Context;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;
import org.apache.commons.compress.archivers.tar.TarArchiveOutputStream;
import org.apache.commons.compress.archivers.tar.TarConstants;
import org.junit.jupiter.api.Test;

class LayerFilterTest {
  private static final String LOW = "1".repeat(64);
  private static final String HIGH = "2".repeat(64);
  private static final String CONFIG = "3".repeat(64);

  private final List<ProgressEvent> events = new ArrayList<>();

  @Test
  void leavesOutTheLayersThatArePresent() throws IOException {
    byte[] archive =
        archive(
            Map.of(
                "blobs/sha256/" + LOW,
                "low layer",
                "blobs/sha256/" + HIGH,
                "high layer",
                "blobs/sha256/" + CONFIG,
                "{}",
                "manifest.json",
                "[]"));
    Map<String, String> copied = entries(filter(archive, Set.of(LOW, HIGH), Set.of(LOW)));
    assertThat(copied)
        .containsOnly(
            Map.entry("blobs/", "directory"),
            Map.entry("blobs/sha256/" + HIGH, "high layer"),
            Map.entry("blobs/sha256/" + CONFIG, "{}"),
            Map.entry("manifest.json", "[]"));
    ProgressEvent.ImageSent last = (ProgressEvent.ImageSent) events.get(events.size() - 1);
    assertThat(last.layersSent()).isEqualTo(1);
    assertThat(last.layersPresent()).isEqualTo(1);
  }

  @Test
  void copiesOlderArchivesWhole() throws IOException {
    String longName = "n".repeat(150) + "/VERSION";
    byte[] archive =
        archive(
            Map.of(
                LOW + "/layer.tar",
                "low layer",
                HIGH + "/layer.tar",
                "-> ../" + LOW + "/layer.tar",
                longName,
                "1.0",
                CONFIG + ".json",
                "{}"));
    assertThat(entries(filter(archive, Set.of(LOW, HIGH), Set.of(LOW, HIGH))))
        .isEqualTo(entries(archive));
    assertThat(events).hasSize(2);
  }

  @Test
  void countsTheBytesThatAreSent() throws IOException {
    byte[] archive = archive(Map.of("blobs/sha256/" + LOW, "x".repeat(9_000_000)));
    byte[] copied = filter(archive, Set.of(LOW), Set.of());
    ProgressEvent.ImageSent last = (ProgressEvent.ImageSent) events.get(events.size() - 1);
    assertThat(last.bytes()).isBetween(9_000_000L, (long) copied.length);
    assertThat(events.size()).isBetween(3, 5);
  }

  @Test
  void anArchiveThatEndsEarlyIsAnError() throws IOException {
    byte[] archive = archive(Map.of("blobs/sha256/" + LOW, "x".repeat(100_000)));
    byte[] cut = Arrays.copyOf(archive, 60_000);
    assertThatThrownBy(() -> filter(cut, Set.of(LOW), Set.of())).isInstanceOf(IOException.class);
  }

  private byte[] filter(byte[] archive, Set<String> layers, Set<String> present)
      throws IOException {
    Context context = Context.of(Deadline.in(Duration.ofMinutes(1)), events::add);
    ByteArrayOutputStream sink = new ByteArrayOutputStream();
    new LayerFilter(digests(layers), digests(present), new SendProgress("shop", context))
        .copy(new ByteArrayInputStream(archive), sink);
    return sink.toByteArray();
  }

  private static Set<String> digests(Set<String> hex) {
    return Set.copyOf(hex.stream().map(each -> "sha256:" + each).toList());
  }

  private static byte[] archive(Map<String, String> files) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (TarArchiveOutputStream tar = new TarArchiveOutputStream(bytes)) {
      tar.setLongFileMode(TarArchiveOutputStream.LONGFILE_GNU);
      tar.putArchiveEntry(new TarArchiveEntry("blobs/"));
      tar.closeArchiveEntry();
      for (Map.Entry<String, String> file : files.entrySet()) {
        if (file.getValue().startsWith("-> ")) {
          TarArchiveEntry link = new TarArchiveEntry(file.getKey(), TarConstants.LF_SYMLINK);
          link.setLinkName(file.getValue().substring(3));
          tar.putArchiveEntry(link);
        } else {
          byte[] content = file.getValue().getBytes(StandardCharsets.UTF_8);
          TarArchiveEntry entry = new TarArchiveEntry(file.getKey());
          entry.setSize(content.length);
          tar.putArchiveEntry(entry);
          tar.write(content);
        }
        tar.closeArchiveEntry();
      }
    }
    return bytes.toByteArray();
  }

  private static Map<String, String> entries(byte[] archive) throws IOException {
    Map<String, String> entries = new LinkedHashMap<>();
    try (TarArchiveInputStream tar = new TarArchiveInputStream(new ByteArrayInputStream(archive))) {
      for (TarArchiveEntry entry = tar.getNextEntry(); entry != null; entry = tar.getNextEntry()) {
        String content = new String(tar.readAllBytes(), StandardCharsets.UTF_8);
        entries.put(
            entry.getName(),
            entry.isDirectory()
                ? "directory"
                : entry.isSymbolicLink() ? "-> " + entry.getLinkName() : content);
      }
    }
    return entries;
  }
}
