package dev.previews.compose;

import dev.previews.compose.cli.CliResult;
import dev.previews.compose.cli.ComposeCli;
import dev.previews.compose.cli.EngineSocket;
import dev.previews.compose.cli.Invocation;
import dev.previews.compose.images.ImagePreparation;
import dev.previews.compose.model.DeployableModel;
import dev.previews.compose.model.DeployedService;
import dev.previews.error.RemoteCommandException;
import dev.previews.progress.ProgressEvent;
import dev.previews.progress.Step;
import dev.previews.spi.Context;
import java.util.Collection;
import java.util.List;
import java.util.Set;

/**
 * Pulls what the machine's engine lacks, with this user's credentials; what cannot be pulled is
 * sent, where the local engine has it.
 */
final class MissingImages {
  /** Policies that are not {@code up}'s own business, and not never to pull. */
  private static final Set<String> WHEN_MISSING = Set.of("", "missing", "if_not_present");

  private final ComposeCli cli;
  private final EngineSocket socket;
  private final ImagePreparation preparation;
  private final DeployableModel model;
  private final Context context;

  MissingImages(
      ComposeCli cli,
      EngineSocket socket,
      ImagePreparation preparation,
      DeployableModel model,
      Context context) {
    this.cli = cli;
    this.socket = socket;
    this.preparation = preparation;
    this.model = model;
    this.context = context;
  }

  void fetch(Collection<String> missing) {
    List<DeployedService> services =
        model.services().stream()
            .filter(service -> missing.contains(service.image()))
            .filter(service -> WHEN_MISSING.contains(service.pullPolicy()))
            .toList();
    if (services.isEmpty()) {
      return;
    }
    CliResult result = pull(services.stream().map(DeployedService::name).toList());
    if (result.exitCode() == 0) {
      return;
    }
    List<String> images = services.stream().map(DeployedService::image).distinct().toList();
    List<String> sent = preparation.sendMissing(images, context);
    if (sent.isEmpty()) {
      throw new RemoteCommandException(
          "docker compose pull of "
              + String.join(", ", images)
              + " ended with "
              + result.exitCode()
              + ", and this machine's engine does not have them either",
          result.tail(),
          null);
    }
    fetch(images.stream().filter(image -> !sent.contains(image)).toList());
  }

  private CliResult pull(List<String> services) {
    return cli.run(
        Invocation.of("pull")
            .options(
                "--project-name",
                model.project(),
                "--project-directory",
                model.projectDirectory().toString(),
                "--file",
                "-")
            .arguments("--quiet", "--")
            .arguments(services)
            .stdin(model.runInput())
            .variables(model.variables())
            .lines(line -> context.report(new ProgressEvent.Output(Step.IMAGES, line))),
        socket,
        context.deadline());
  }
}
