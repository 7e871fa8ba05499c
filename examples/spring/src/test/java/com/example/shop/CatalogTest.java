package com.example.shop;

import static org.assertj.core.api.Assertions.assertThat;

import dev.previews.junit.PreviewExtension;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.test.context.DynamicPropertyRegistry;
import org.springframework.test.context.DynamicPropertySource;

/** The catalog runs in an environment of its own, wherever -Dpreview.driver says. */
@SpringBootTest
class CatalogTest {
  @RegisterExtension
  static final PreviewExtension services =
      PreviewExtension.of(previews -> previews.ephemeral().up(Path.of("compose.yaml")));

  @DynamicPropertySource
  static void urls(DynamicPropertyRegistry properties) {
    properties.add("shop.catalog.url", () -> services.url("catalog"));
  }

  @Test
  void hasWhatTheServiceSays(@Autowired Catalog catalog) {
    System.out.println("The environment is " + services.preview().id());
    assertThat(catalog.stock()).isEqualTo("apples\n");
  }
}
