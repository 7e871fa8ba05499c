package dev.previews.compose.images;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import org.junit.jupiter.api.Test;

class DockerfileTest {
  @Test
  void stagesAndScratchAreNoImages() {
    String text =
        """
        # syntax=docker/dockerfile:1
        FROM --platform=linux/amd64 tools:1 AS Build
        RUN make
        from build as test
        FROM scratch
        COPY --from=build /out /
        FROM runtime:2
        """;
    assertThat(Dockerfile.baseImages(text, Map.of())).containsExactly("tools:1", "runtime:2");
  }

  @Test
  void argumentsAreFilledIn() {
    String text =
        """
        ARG REGISTRY=shop
        ARG VERSION="1.2"
        ARG EMPTY
        FROM ${REGISTRY}/base:$VERSION
        FROM other:${EMPTY:-latest}
        """;
    assertThat(Dockerfile.baseImages(text, Map.of()))
        .containsExactly("shop/base:1.2", "other:latest");
    assertThat(Dockerfile.baseImages(text, Map.of("VERSION", "2", "EMPTY", "3")))
        .containsExactly("shop/base:2", "other:3");
  }

  @Test
  void whatIsNotPlainIsLeftOut() {
    assertThat(Dockerfile.baseImages("FROM ${A:+b}\nFROM\nFROMAGE x\n", Map.of())).isEmpty();
  }
}
