package dev.previews.docker;

import com.fasterxml.jackson.databind.JsonNode;
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
    EngineListing listing =
        engine.length == 0 ? EngineListing.usual() : new EngineListing(engine[1]);
    List<String> found = new ArrayList<>();
    for (JsonNode it : listing.get("/containers/json?all=1")) {
      add(found, environmentId, "container ", it.path("Names").path(0).asText(), it);
    }
    for (JsonNode it : listing.get("/networks")) {
      add(found, environmentId, "network ", it.path("Name").asText(), it);
    }
    for (JsonNode it : listing.get("/volumes").path("Volumes")) {
      add(found, environmentId, "volume ", it.path("Name").asText(), it);
    }
    for (JsonNode it : listing.get("/images/json")) {
      add(found, environmentId, "image ", it.path("RepoTags").toString(), it);
    }
    return found;
  }

  /** What has the environment's label, or its name. */
  private static void add(List<String> found, String id, String kind, String name, JsonNode it) {
    if (it.path("Labels").path(Labels.ENVIRONMENT).asText().equals(id)
        || name.contains("preview-" + id)) {
      found.add(kind + name);
    }
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
