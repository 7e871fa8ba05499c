package com.example.limited;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.previews.Previews;
import dev.previews.error.InvalidInputException;
import dev.previews.machines.TestImages;
import dev.previews.spi.Machine;
import dev.previews.testkit.DriverContract;
import dev.previews.testkit.Place;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The driver passes the contract of all drivers, and keeps to its limit. */
class LimitedDriverIT extends DriverContract {
  @Override
  protected Place place() {
    return new EngineAtHand(1000);
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

  /** What the contract asks of a place, answered by the Docker CLI. */
  private record EngineAtHand(int limit) implements Place {
    private static final List<String> KINDS = List.of("container", "network", "volume");

    @Override
    public String driver() {
      return "limited://" + limit + "/" + image();
    }

    @Override
    public String image() {
      return TestImages.busybox();
    }

    @Override
    public void require() {
      TestImages.requireEngine();
    }

    @Override
    public List<String> leftovers(String environmentId) throws Exception {
      List<String> found = new ArrayList<>();
      for (String kind : KINDS) {
        List<String> argv = new ArrayList<>(List.of("docker", kind, "ls", "--quiet"));
        if (kind.equals("container")) {
          argv.add("--all");
        }
        argv.add("--filter=label=dev.previews.environment=" + environmentId);
        run(argv).lines().forEach(it -> found.add(kind + " " + it));
      }
      return found;
    }

    @Override
    public void kill(Machine machine) throws Exception {
      run(List.of("docker", "kill", "preview-" + machine.id()));
    }

    private static String run(List<String> argv) throws Exception {
      Process process = new ProcessBuilder(argv).redirectErrorStream(true).start();
      String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      if (process.waitFor() != 0) {
        throw new AssertionError(argv + ": " + output);
      }
      return output;
    }
  }
}
