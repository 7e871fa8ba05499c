package com.example.limited;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.previews.Previews;
import dev.previews.error.InvalidInputException;
import dev.previews.testkit.DriverContract;
import dev.previews.testkit.Place;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The driver passes the contract of all drivers, and keeps to its limit. */
class LimitedDriverIT extends DriverContract {
  @Override
  protected Place place() {
    return new EngineAtHand();
  }

  @Test
  void aNewEnvironmentNeedsRoom(@TempDir Path directory) throws Exception {
    Path compose =
        Files.writeString(directory.resolve("compose.yaml"), "services: {web: {image: none}}\n");
    Previews full = Previews.builder().driver("limited://0").id("no-room").build();
    assertThatThrownBy(() -> full.up(compose))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("no more than 0");
  }

  @Test
  void anAddressWithoutALimitIsRefused() {
    assertThatThrownBy(() -> Previews.builder().driver("limited://many"))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("limited://many");
  }
}
