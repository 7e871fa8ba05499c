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
import dev.previews.compose.model.ProjectReader;
import dev.previews.compose.model.ResolvedModel;
import dev.previews.engine.Engine;
import dev.previews.environment.EnvironmentId;
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
import dev.previews.spi.ResolvedProject;
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
  public ResolvedProject resolve(
      Project project, EnvironmentId id, Map<String, String> variables, Context context) {
    ResolvedModel model =
        context.step(Step.MODEL, () -> reader.resolve(project, id, variables, context));
    return (machine, connection, call) -> deploy(model, machine, connection, call);
  }

  private Deployment deploy(
      ResolvedModel resolved, Machine machine, Connection connection, Context context) {
    String filesDirectory = machine.directory() + "/files";
    Dialer dialer = () -> connection.dial(Endpoint.engine());
    Engine engine = Engine.open(dialer, context.deadline());
    try {
      Lease.during(
          machine,
          connection,
          context,
          lease -> {
            DeployableModel model =
                resolved.rewrite(
                    machine, filesDirectory, digest -> lease.contentKey().sign(digest), context);
            return bringUp(
                model, filesDirectory, machine, connection, engine, dialer, lease, context);
          });
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
      ImagePreparation images =
          new ImagePreparation(
              cli,
              socket,
              engine,
              machine,
              connection,
              () -> lease.notedImages(context),
              environment);
      FileSync files = new FileSync(model.files(), filesDirectory, connection, context);
      try {
        // One moves bytes, the other builds and pulls: neither needs the other.
        Together.run(
            "preview-files-and-images",
            () -> context.step(Step.FILES, () -> copy(files, model, connection, context)),
            () -> context.step(Step.IMAGES, () -> prepare(images, model, socket, context)));
        lease.requireHeld();
        // What the next run is to know is nothing that this one has to wait for.
        Together.run(
            "preview-deploy",
            () -> context.step(Step.DEPLOY, up::run),
            () -> {
              files.commit();
              images.note(context);
            });
      } catch (RuntimeException e) {
        commit(files, e);
        throw e;
      }
      images.removeSuperseded(context);
    }
    return model;
  }

  /** What was copied before something else failed is not to be sent again. */
  private static void commit(FileSync files, RuntimeException failure) {
    try {
      files.commit();
    } catch (RuntimeException e) {
      failure.addSuppressed(e);
    }
  }

  private PreparedImages prepare(
      ImagePreparation images, DeployableModel model, EngineSocket socket, Context context) {
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
      FileSync files, DeployableModel model, Connection connection, Context context) {
    SyncReport report = files.copy();
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
