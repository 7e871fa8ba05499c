package dev.previews.compose.images;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

class ImageSenderTest {
  @Test
  void onlyLayersWithAllBelowThemArePresent() {
    Set<List<String>> chains = new HashSet<>();
    ImageStore.addChains(chains, List.of("a", "b"));
    ImageStore.addChains(chains, List.of("x", "c"));
    assertThat(ImageSender.present(List.of("a", "b", "c"), chains)).containsOnly("a", "b");
    assertThat(ImageSender.present(List.of("b", "a"), chains)).isEmpty();
    assertThat(ImageSender.present(List.of("a", "b"), chains)).containsOnly("a", "b");
    assertThat(ImageSender.present(List.of(), chains)).isEmpty();
  }

  @Test
  void aLayerThatIsNeededAgainFurtherUpIsMissing() {
    Set<List<String>> chains = new HashSet<>();
    ImageStore.addChains(chains, List.of("a", "b"));
    assertThat(ImageSender.present(List.of("a", "b", "c", "a"), chains)).containsOnly("b");
  }
}
