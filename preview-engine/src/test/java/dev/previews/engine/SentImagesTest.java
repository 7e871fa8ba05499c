package dev.previews.engine;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SentImagesTest {
  @ParameterizedTest
  @CsvSource({
    "app, app:latest",
    "app:1, app:1",
    "docker.io/library/app, app:latest",
    "index.docker.io/me/app:2, me/app:2",
    "localhost:5000/app, localhost:5000/app:latest",
    "localhost:5000/app:3, localhost:5000/app:3",
    "library/app, app:latest"
  })
  void namesAreComparedAsEnginesListThem(String given, String listed) {
    assertThat(SentImages.familiar(given)).isEqualTo(listed);
  }

  @Test
  void aClaimIsOfOneName() {
    List<String> tags = List.of("app:1", "preview-x.sent:d2bb92ca7c6d-0123456789ab");
    assertThat(SentImages.isClaimed("app:1", tags)).isTrue();
    assertThat(SentImages.isClaimed("docker.io/library/app:1", tags)).isTrue();
    assertThat(SentImages.isClaimed("app:2", tags)).isFalse();
    assertThat(
            SentImages.isClaimed("app:1", List.of("app:1", "preview-x:d2bb92ca7c6d-0123456789ab")))
        .isFalse();
  }
}
