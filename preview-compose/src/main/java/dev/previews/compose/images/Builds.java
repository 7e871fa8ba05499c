package dev.previews.compose.images;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.previews.compose.cli.CliResult;
import dev.previews.compose.cli.ComposeCli;
import dev.previews.compose.cli.EngineSocket;
import dev.previews.compose.cli.Invocation;
import dev.previews.compose.model.Build;
import dev.previews.compose.model.DeployableModel;
import dev.previews.error.RemoteCommandException;
import dev.previews.progress.ProgressEvent;
import dev.previews.progress.Step;
import dev.previews.spi.Context;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Builds on the machine's engine what is not there as it would be built now. */
final class Builds {
  private static final ObjectMapper MAPPER = new ObjectMapper();

  private final ComposeCli cli;
  private final EngineSocket socket;
  private final ImageStore machine;
  private final DeployableModel model;
  private final Context context;
  private final Map<String, String> platforms;

  Builds(
      ComposeCli cli,
      EngineSocket socket,
      ImageStore machine,
      DeployableModel model,
      Context context) {
    this.cli = cli;
    this.socket = socket;
    this.machine = machine;
    this.model = model;
    this.context = context;
    this.platforms = platforms(model);
  }

  /**
   * Builds what is needed, and notes it in the state.
   *
   * @return the services whose images were built
   * @throws RemoteCommandException when a build fails
   */
  List<String> run(ImageState state) {
    // Taken before the build: what changes under it is built the next time.
    Map<String, String> fingerprints = new HashMap<>();
    List<Build> changed = new ArrayList<>();
    for (Build build : model.builds()) {
      Optional<String> fingerprint =
          build.always() || asksForBuild(build)
              ? Optional.empty()
              : Fingerprint.of(build, surroundings(build));
      fingerprint.ifPresent(known -> fingerprints.put(build.image(), known));
      if (!isBuilt(build, fingerprint, state)) {
        changed.add(build);
      }
    }
    if (!changed.isEmpty()) {
      build(changed.stream().map(Build::service).toList());
      changed.forEach(build -> note(build, fingerprints, state));
    }
    return changed.stream().map(Build::service).toList();
  }

  private boolean asksForBuild(Build build) {
    return model.services().stream()
        .anyMatch(
            service ->
                service.name().equals(build.service()) && service.pullPolicy().equals("build"));
  }

  /** What it is made from besides its definition and its files. */
  private List<String> surroundings(Build build) {
    List<String> surroundings = new ArrayList<>();
    surroundings.add(platforms.getOrDefault(build.service(), ""));
    for (String base : Dockerfile.baseImages(build)) {
      surroundings.add(base);
      surroundings.add(machine.find(base).map(StoredImage::id).orElse(""));
    }
    return surroundings;
  }

  /** Compose builds for the platform that the service is to run on. */
  private static Map<String, String> platforms(DeployableModel model) {
    try {
      Map<String, String> platforms = new HashMap<>();
      MAPPER
          .readTree(model.buildInput())
          .path("services")
          .properties()
          .forEach(
              service ->
                  platforms.put(service.getKey(), service.getValue().path("platform").asText("")));
      return platforms;
    } catch (JsonProcessingException e) {
      throw new IllegalArgumentException("not JSON", e);
    }
  }

  private boolean isBuilt(Build build, Optional<String> fingerprint, ImageState state) {
    return fingerprint.isPresent()
        && machine
            .find(build.image())
            .filter(image -> state.holds(build.image(), fingerprint.get(), image.id()))
            .isPresent();
  }

  private void build(List<String> services) {
    CliResult result =
        cli.run(
            Invocation.of("build")
                .options(
                    "--progress",
                    "plain",
                    "--project-name",
                    model.project(),
                    "--project-directory",
                    model.projectDirectory().toString(),
                    "--file",
                    "-")
                // A builder that the user chose for another engine would build elsewhere.
                .arguments("--builder", "default", "--")
                .arguments(services)
                .stdin(model.buildInput())
                .variables(model.variables())
                .lines(line -> context.report(new ProgressEvent.Output(Step.IMAGES, line))),
            socket,
            context.deadline());
    if (result.exitCode() != 0) {
      List<String> failed = BuildOutput.failed(services, result.tail());
      throw new RemoteCommandException(
          (failed.size() == 1 ? "the image of service " : "an image of the services ")
              + "'"
              + String.join("', '", failed)
              + "' could not be built: docker compose build ended with "
              + result.exitCode(),
          result.tail(),
          null);
    }
  }

  private void note(Build build, Map<String, String> fingerprints, ImageState state) {
    StoredImage image =
        machine
            .find(build.image())
            .orElseThrow(
                () ->
                    new RemoteCommandException(
                        "service '"
                            + build.service()
                            + "' was built, but the machine's engine has no image '"
                            + build.image()
                            + "'; run 'up' again, or look who removes images there"));
    String fingerprint = fingerprints.get(build.image());
    if (fingerprint == null) {
      state.remove(build.image());
    } else {
      state.put(build.image(), fingerprint, image.id());
    }
  }
}
