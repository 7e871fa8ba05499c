package com.example.shop;

import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.previews.junit.PreviewExtension;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/**
 * A test that takes so long that somebody may kill it. What it leaves then goes by itself, {@code
 * ttl} after its last use.
 */
class LongTest {
  @RegisterExtension
  static final PreviewExtension shop =
      PreviewExtension.of(
          previews -> {
            String id = System.getProperty("shop.id");
            if (id != null) {
              previews.id(id);
            }
            return previews
                .ttl(Duration.ofSeconds(Integer.getInteger("shop.ttl", 600)))
                .ephemeral()
                .up(Path.of("compose.yaml"));
          });

  @Test
  void takesItsTime() throws Exception {
    System.out.println("The environment is " + shop.preview().id());
    System.out.println("It is up: " + shop.url("web"));
    System.out.flush();
    Thread.sleep(Duration.ofSeconds(Integer.getInteger("shop.takes", 0)).toMillis());
    assertTrue(shop.preview().services().stream().allMatch(it -> it.ready()));
  }
}
