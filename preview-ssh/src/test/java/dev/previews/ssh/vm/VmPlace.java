package dev.previews.ssh.vm;

import dev.previews.machines.TestImages;
import dev.previews.spi.Labels;
import dev.previews.spi.Machine;
import dev.previews.testkit.Place;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** Machines of the lab's image on the engine at hand. */
final class VmPlace implements Place {
  @Override
  public String driver() {
    return "docker-vm://?image=" + TestImages.sshMachine();
  }

  @Override
  public String image() {
    return TestImages.busybox();
  }

  @Override
  public void require() {
    TestImages.sshMachine();
  }

  @Override
  public List<String> leftovers(String id) throws IOException, InterruptedException {
    List<String> found = new ArrayList<>();
    String label = "{{.Label \"" + Labels.ENVIRONMENT + "\"}}";
    add(found, id, docker("ps", "-a", "--format", "container {{.Names}} " + label));
    add(found, id, docker("volume", "ls", "--format", "volume {{.Name}} " + label));
    return found;
  }

  /** What has the environment's label, or its name. */
  private static void add(List<String> found, String id, String listing) {
    listing
        .lines()
        .filter(line -> line.endsWith(" " + id) || line.contains(" preview-" + id))
        .forEach(found::add);
  }

  @Override
  public void kill(Machine machine) throws IOException, InterruptedException {
    docker("kill", "preview-" + machine.id());
  }

  static String docker(String... arguments) throws IOException, InterruptedException {
    List<String> argv = new ArrayList<>(List.of("docker"));
    argv.addAll(List.of(arguments));
    Process process = new ProcessBuilder(argv).redirectErrorStream(true).start();
    process.getOutputStream().close();
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    if (!process.waitFor(2, TimeUnit.MINUTES) || process.exitValue() != 0) {
      throw new IOException(String.join(" ", argv) + ": " + output);
    }
    return output.strip();
  }
}
