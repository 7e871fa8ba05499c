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
    String label = "label=" + Labels.ENVIRONMENT + "=" + id;
    docker("ps", "-a", "--format", "container {{.Names}}", "--filter", label)
        .lines()
        .forEach(found::add);
    docker("volume", "ls", "--format", "volume {{.Name}}", "--filter", label)
        .lines()
        .forEach(found::add);
    docker("ps", "-a", "--format", "container {{.Names}}", "--filter", "name=preview-" + id)
        .lines()
        .forEach(found::add);
    return found.stream().filter(line -> !line.isBlank()).distinct().toList();
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
