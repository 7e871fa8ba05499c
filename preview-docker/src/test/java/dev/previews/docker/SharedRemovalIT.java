package dev.previews.docker;

import static org.assertj.core.api.Assertions.assertThat;

import dev.previews.testkit.Place;
import dev.previews.testkit.RemovalContract;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Removal from the engine at hand. */
class SharedRemovalIT extends RemovalContract {
  private static final LocalPlace PLACE = LocalPlace.shared();

  @Override
  protected Place place() {
    return PLACE;
  }

  @Test
  void theMachineGoesLastAndItsFilesAfterIt() throws Exception {
    up().close();
    long before = Instant.now().getEpochSecond();
    down();
    List<String> destroyed =
        PLACE
            .docker(
                "events",
                "--since=" + before,
                "--until=" + (Instant.now().getEpochSecond() + 1),
                "--filter=event=destroy",
                "--format={{.Type}} {{.Actor.ID}} {{index .Actor.Attributes \"name\"}}")
            .lines()
            .filter(line -> line.contains(id()))
            .toList();
    assertThat(destroyed).hasSizeGreaterThan(2);
    List<String> last = destroyed.subList(destroyed.size() - 2, destroyed.size());
    assertThat(last.get(0)).startsWith("container ").endsWith(" preview-" + id());
    assertThat(last.get(1)).startsWith("volume preview-" + id());
  }
}
