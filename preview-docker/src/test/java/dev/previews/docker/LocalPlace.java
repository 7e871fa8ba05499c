package dev.previews.docker;

import dev.previews.machines.TestImages;
import dev.previews.spi.Labels;
import dev.previews.spi.Machine;
import dev.previews.testkit.Place;
import java.io.IOException;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * The Docker engine at hand, with images that are there; another engine with more arguments for the
 * CLI.
 */
final class LocalPlace implements Place {
  private static final List<List<String>> LISTINGS =
      List.of(
          List.of("ps", "--all", "--format", "container {{.Names}}"),
          List.of("network", "ls", "--format", "network {{.Name}}"),
          List.of("volume", "ls", "--format", "volume {{.Name}}"),
          List.of("image", "ls", "--format", "image {{.Repository}}:{{.Tag}}"));

  private final String[] engine;
  private final String options;

  private LocalPlace(String options, String... engine) {
    this.engine = engine;
    this.options = options;
  }

  static LocalPlace shared() {
    return new LocalPlace("");
  }

  static LocalPlace isolated() {
    return new LocalPlace("&isolated=true&machineImage=" + encoded(machineImage()));
  }

  static LocalPlace at(String host) {
    return new LocalPlace("&host=" + encoded(host), "--host", host);
  }

  static String machineImage() {
    return TestImages.dockerMachine();
  }

  static String busybox() {
    return TestImages.busybox();
  }

  private static String encoded(String value) {
    return URLEncoder.encode(value, StandardCharsets.UTF_8);
  }

  @Override
  public String driver() {
    return "docker://?image=" + encoded(image()) + options;
  }

  @Override
  public String image() {
    return busybox();
  }

  @Override
  public void require() {
    TestImages.requireEngine();
  }

  @Override
  public List<String> leftovers(String environmentId) throws IOException, InterruptedException {
    List<String> found = new ArrayList<>();
    for (List<String> listing : LISTINGS) {
      List<String> labelled = new ArrayList<>(listing);
      labelled.add("--filter=label=" + Labels.ENVIRONMENT + "=" + environmentId);
      docker(labelled.toArray(String[]::new)).lines().forEach(found::add);
      docker(listing.toArray(String[]::new))
          .lines()
          .filter(line -> line.contains("preview-" + environmentId))
          .forEach(found::add);
    }
    return found.stream().filter(line -> !line.isBlank()).distinct().toList();
  }

  @Override
  public void kill(Machine machine) throws IOException, InterruptedException {
    docker("kill", "preview-" + machine.id());
  }

  String docker(String... arguments) throws IOException, InterruptedException {
    List<String> argv = new ArrayList<>(List.of(engine));
    argv.addAll(List.of(arguments));
    return DockerCli.run(argv.toArray(String[]::new));
  }
}
