package dev.previews.compose.images;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ImageStateTest {
  @Test
  void whatIsWrittenIsReadAgain() {
    ImageState state = new ImageState();
    state.put("shop-web", "fingerprint", "sha256:1");
    state.put("tools:\"odd\"", "sha256:2", "sha256:3");
    ImageState read = ImageState.parse(state.json());
    assertThat(read.json()).isEqualTo(state.json());
    assertThat(read.holds("shop-web", "fingerprint", "sha256:1")).isTrue();
    assertThat(read.holds("tools:\"odd\"", "sha256:2", "sha256:3")).isTrue();
  }

  @Test
  void anotherSourceOrImageIsNotHeld() {
    ImageState state = new ImageState();
    state.put("shop-web", "fingerprint", "sha256:1");
    assertThat(state.holds("shop-web", "another", "sha256:1")).isFalse();
    assertThat(state.holds("shop-web", "fingerprint", "sha256:2")).isFalse();
    assertThat(state.holds("shop-api", "fingerprint", "sha256:1")).isFalse();
  }

  @Test
  void whatHasBegunIsOursUnderTheIdThatItCameFrom() {
    ImageState state = new ImageState();
    state.begin("tools", "sha256:2");
    state.put("shop-web", "fingerprint", "sha256:1");
    ImageState read = ImageState.parse(state.json());
    assertThat(read.begun()).isEqualTo(Map.of("tools", "sha256:2"));
    assertThat(read.holds("tools", "sha256:2", "sha256:2")).isFalse();
    assertThat(read.isOurs("tools", "sha256:2")).isTrue();
    assertThat(read.isOurs("tools", "sha256:3")).as("what had the name before").isFalse();
    assertThat(read.isOurs("shop-web", "sha256:1")).isTrue();
    assertThat(read.isOurs("shop-web", "fingerprint")).isFalse();
    assertThat(read.isOurs("other", "sha256:1")).isFalse();
  }

  @Test
  void forgetsWhatIsNotRetained() {
    ImageState state = new ImageState();
    state.put("kept", "a", "b");
    state.put("gone", "a", "b");
    state.retain(List.of("kept", "never known"));
    assertThat(state.holds("kept", "a", "b")).isTrue();
    assertThat(state.holds("gone", "a", "b")).isFalse();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "no JSON",
        "[]",
        "null",
        "{\"version\":1,\"images\":{\"shop-web\":{\"source\":\"f\",\"id\":\"i\"}",
        "{\"version\":2,\"images\":{\"shop-web\":{\"source\":\"f\",\"id\":\"i\"}}}",
        "{\"version\":1,\"images\":[]}"
      })
  void whatCannotBeUnderstoodHoldsNothing(String json) {
    assertThat(ImageState.parse(json).holds("shop-web", "f", "i")).isFalse();
  }
}
