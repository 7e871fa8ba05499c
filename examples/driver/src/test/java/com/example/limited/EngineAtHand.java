package com.example.limited;

import dev.previews.machines.TestImages;
import dev.previews.spi.Machine;
import dev.previews.testkit.Place;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** What the contracts ask of a place, answered by the Docker CLI. */
record EngineAtHand() implements Place {
  private static final List<String> KINDS = List.of("container", "network", "volume");

  @Override
  public String driver() {
    return "limited://1000/" + image();
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
