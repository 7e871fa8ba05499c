package com.example.shop;

import dev.previews.Previews;
import java.nio.file.Path;
import java.time.Duration;

/** What Maven runs before and after the integration tests. */
public final class ShopEnvironment {
  private ShopEnvironment() {}

  /** {@code up DRIVER ID compose.yaml}, or {@code down DRIVER ID}. */
  public static void main(String[] arguments) {
    Previews.Builder previews = Previews.builder().driver(arguments[1]);
    String id = arguments[2];
    switch (arguments[0]) {
      // It stays up for the tests; should Maven be killed, it goes ten minutes after its last use.
      case "up" ->
          previews.id(id).ttl(Duration.ofMinutes(10)).up(Path.of(arguments[3])).close();
      case "down" -> previews.down(id);
      default -> throw new IllegalArgumentException(arguments[0]);
    }
  }
}
