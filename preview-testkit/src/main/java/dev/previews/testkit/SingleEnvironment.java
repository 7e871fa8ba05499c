package dev.previews.testkit;

import dev.previews.Previews;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;

/** Tests that have one environment each, which is removed after them. */
abstract class SingleEnvironment {
  private final String text;
  private final String id = "s" + UUID.randomUUID().toString().substring(0, 8);
  Path compose = Path.of("");

  /** With the text of its Compose file. */
  SingleEnvironment(String text) {
    this.text = text;
  }

  /** Where the contract is tested. */
  protected abstract Place place();

  @BeforeEach
  void writeProject(@TempDir Path directory) throws Exception {
    place().require();
    compose = Files.writeString(directory.resolve("compose.yaml"), text);
  }

  @AfterEach
  void remove() {
    down();
  }

  /** The id of the test's environment. */
  protected final String id() {
    return id;
  }

  /** Takes it down. */
  protected final void down() {
    previews().down(id);
  }

  final Previews.Builder previews() {
    return Previews.builder()
        .driver(place().driver())
        .id(id)
        .variable("IMAGE", place().image())
        .deadline(Duration.ofMinutes(3));
  }
}
