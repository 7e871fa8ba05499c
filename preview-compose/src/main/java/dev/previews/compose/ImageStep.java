package dev.previews.compose;

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
import java.util.List;

/**
 * The step IMAGES: builds what has a section {@code build} on the machine's engine; the rest is
 * pulled by {@code up}.
 */
final class ImageStep {
  private final ComposeCli cli;
  private final EngineSocket socket;
  private final DeployableModel model;
  private final Context context;

  ImageStep(ComposeCli cli, EngineSocket socket, DeployableModel model, Context context) {
    this.cli = cli;
    this.socket = socket;
    this.model = model;
    this.context = context;
  }

  /** Returns the names of the services that were built. */
  List<String> run() {
    List<String> services = model.builds().stream().map(Build::service).toList();
    if (services.isEmpty()) {
      return services;
    }
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
                .arguments("--")
                .arguments(services)
                .stdin(model.buildInput())
                .variables(model.variables())
                .lines(line -> context.report(new ProgressEvent.Output(Step.IMAGES, line))),
            socket,
            context.deadline());
    if (result.exitCode() != 0) {
      throw new RemoteCommandException(
          "docker compose build of " + services + " ended with " + result.exitCode(),
          result.tail(),
          null);
    }
    return services;
  }
}
