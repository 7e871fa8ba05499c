package dev.previews.compose;

import dev.previews.compose.cli.ComposeCli;
import dev.previews.compose.cli.EngineSocket;
import dev.previews.compose.deployment.ComposeDeployment;
import dev.previews.compose.deployment.ComposeUp;
import dev.previews.compose.deployment.Lease;
import dev.previews.compose.files.FileSync;
import dev.previews.compose.files.SyncReport;
import dev.previews.compose.images.ImagePreparation;
import dev.previews.compose.images.PreparedImages;
import dev.previews.compose.model.DeployableModel;
import dev.previews.compose.model.ModelRewriter;
import dev.previews.compose.model.ProjectReader;
import dev.previews.engine.Engine;
import dev.previews.error.RemoteCommandException;
import dev.previews.exec.Command;
import dev.previews.exec.Execution;
import dev.previews.progress.Step;
import dev.previews.spi.Connection;
import dev.previews.spi.Context;
import dev.previews.spi.Deployer;
import dev.previews.spi.Deployment;
import dev.previews.spi.Dialer;
import dev.previews.spi.Endpoint;
import dev.previews.spi.Machine;
import dev.previews.spi.Project;
import dev.previews.spi.ProjectSource;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Deploys with the Compose CLI of this machine against the engine of the other. */
final class ComposeDeployer implements Deployer {
  private final Map<String, String> environment;
  private final ComposeCli cli;
  private final ProjectReader reader;

  /** A deployer whose tools are found by this environment, and inherit it. */
  ComposeDeployer(Map<String, String> environment) {
    this.environment = Map.copyOf(environment);
    this.cli = new ComposeCli(environment);
    this.reader = new ProjectReader(cli, environment);
  }

  @Override
  public Project read(ProjectSource source, Context context) {
    return reader.read(source, context);
  }

  @Override
  public Deployment deploy(
      Project project,
      Machine machine,
      Connection connection,
      Map<String, String> variables,
      Context context) {
    String filesDirectory = machine.directory() + "/files";
    ContentKey key = new ContentKey(machine, connection, context);
    DeployableModel model =
        context.step(
            Step.MODEL,
            () ->
                new ModelRewriter(cli, key::sign)
                    .rewrite(project, machine, filesDirectory, variables, context));
    Dialer dialer = () -> connection.dial(Endpoint.engine());
    Engine engine = Engine.open(dialer, context.deadline());
    try {
      Lease.during(
          machine,
          connection,
          context,
          lease ->
              bringUp(model, filesDirectory, machine, connection, engine, dialer, lease, context));
    } catch (RuntimeException | Error e) {
      engine.close();
      throw e;
    }
    return ComposeDeployment.attach(machine, connection, engine);
  }

  private DeployableModel bringUp(
      DeployableModel model,
      String filesDirectory,
      Machine machine,
      Connection connection,
      Engine engine,
      Dialer dialer,
      Lease lease,
      Context context) {
    try (EngineSocket socket = EngineSocket.open(dialer)) {
      ComposeUp up = new ComposeUp(cli, socket, engine, machine, model, context);
      // One moves bytes, the other builds and pulls: neither needs the other.
      Together.run(
          "preview-files-and-images",
          () -> context.step(Step.FILES, () -> copy(model, filesDirectory, connection, context)),
          () ->
              context.step(
                  Step.IMAGES,
                  () -> prepareImages(model, machine, connection, engine, socket, context)));
      lease.requireHeld();
      context.step(Step.DEPLOY, up::run);
    }
    return model;
  }

  private PreparedImages prepareImages(
      DeployableModel model,
      Machine machine,
      Connection connection,
      Engine engine,
      EngineSocket socket,
      Context context) {
    ImagePreparation images =
        new ImagePreparation(cli, socket, engine, machine, connection, environment);
    PreparedImages prepared = images.prepare(model, context);
    new MissingImages(cli, socket, images, model, context).fetch(prepared.toPull());
    return prepared;
  }

  @Override
  public Deployment attach(Machine machine, Connection connection, Context context) {
    return ComposeDeployment.attach(
        machine,
        connection,
        Engine.open(() -> connection.dial(Endpoint.engine()), context.deadline()));
  }

  private static SyncReport copy(
      DeployableModel model, String filesDirectory, Connection connection, Context context) {
    SyncReport report = FileSync.sync(model.files(), filesDirectory, connection, context);
    if (!model.emptyDirectories().isEmpty()) {
      List<String> argv = new ArrayList<>(List.of("mkdir", "-p", "--"));
      argv.addAll(model.emptyDirectories());
      ByteArrayOutputStream stderr = new ByteArrayOutputStream();
      Command mkdir = Command.of(argv).stderr(stderr).timeout(context.deadline().remaining());
      try (Execution execution = connection.exec(mkdir)) {
        int exitCode = execution.await();
        if (exitCode != 0) {
          throw new RemoteCommandException(
              "the machine cannot make the directories "
                  + model.emptyDirectories()
                  + ": mkdir ended with "
                  + exitCode,
              stderr.toString(StandardCharsets.UTF_8),
              null);
        }
      }
    }
    return report;
  }
}
