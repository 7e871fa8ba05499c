package dev.previews.compose.deployment;

import dev.previews.compose.cli.CliResult;
import dev.previews.compose.cli.ComposeCli;
import dev.previews.compose.cli.EngineSocket;
import dev.previews.compose.cli.Invocation;
import dev.previews.compose.model.DeployableModel;
import dev.previews.compose.model.DeployedService;
import dev.previews.engine.Engine;
import dev.previews.error.PreviewInterruptedException;
import dev.previews.error.RemoteCommandException;
import dev.previews.error.ServiceFailedException;
import dev.previews.progress.ProgressEvent;
import dev.previews.progress.Step;
import dev.previews.spi.Context;
import dev.previews.spi.Machine;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** Lets Compose create and start what changed, and waits until every service is ready. */
public final class ComposeUp {
  /** While Compose works: for progress, and for failures that it would wait on. */
  private static final Pace WORKING = new Pace(Duration.ofMillis(100), 9);

  /** When nothing else is left to do. */
  private static final Pace WAITING = new Pace(Duration.ofMillis(50), 1);

  private final ComposeCli cli;
  private final EngineSocket socket;
  private final DeployableModel model;
  private final Context context;
  private final Readiness readiness;
  private final FurtherNetworks networks;

  /**
   * Notes what runs already; changes nothing yet.
   *
   * @throws dev.previews.error.OwnershipException when the project's name is somebody else's there
   */
  public ComposeUp(
      ComposeCli cli,
      EngineSocket socket,
      Engine engine,
      Machine machine,
      DeployableModel model,
      Context context) {
    this.cli = cli;
    this.socket = socket;
    this.model = model;
    this.context = context;
    new Ownership(engine, machine, context).check();
    ProjectContainers containers = new ProjectContainers(engine, machine);
    this.readiness = new Readiness(containers, model.services(), context);
    this.networks = new FurtherNetworks(engine, containers, model.joins(), context);
  }

  /**
   * Brings the model up, and removes what it no longer holds.
   *
   * @return the names of its services
   * @throws ServiceFailedException when a service does not become ready
   * @throws RemoteCommandException when Compose fails for another reason
   */
  public List<String> run() {
    CliResult result = compose();
    if (result.exitCode() != 0 && networks.leave(result.tail())) {
      result = compose();
    }
    if (result.exitCode() != 0) {
      throw failed(result);
    }
    networks.join();
    awaitReady();
    return model.services().stream().map(DeployedService::name).toList();
  }

  private CliResult compose() {
    FutureTask<CliResult> up =
        new FutureTask<>(() -> cli.run(invocation(), socket, context.deadline()));
    Thread thread = new Thread(up, "preview-compose up");
    thread.setDaemon(true);
    thread.start();
    try {
      return watch(up);
    } finally {
      if (!up.isDone()) {
        end(up, thread);
      }
    }
  }

  private Invocation invocation() {
    return Invocation.of("up")
        .options(
            "--project-name",
            model.project(),
            "--project-directory",
            model.projectDirectory().toString(),
            "--file",
            "-")
        .arguments("--detach", "--remove-orphans", "--no-build", "--quiet-pull")
        .stdin(model.runInput())
        .variables(model.variables())
        .lines(line -> context.report(new ProgressEvent.Output(Step.DEPLOY, line)));
  }

  private CliResult watch(FutureTask<CliResult> up) {
    Duration pause = WORKING.shortest();
    while (true) {
      try {
        return up.get(
            Math.max(1, context.deadline().remaining(pause).toMillis()), TimeUnit.MILLISECONDS);
      } catch (TimeoutException e) {
        if (context.deadline().passed()) {
          throw expired();
        }
        pause = WORKING.after(look());
        Optional<ServiceFailedException> failure = readiness.newFailure();
        if (failure.isPresent()) {
          throw failure.get();
        }
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new PreviewInterruptedException("interrupted while Compose works", e);
      } catch (ExecutionException e) {
        if (context.deadline().passed()) {
          throw expired();
        }
        if (e.getCause() instanceof RuntimeException failure) {
          throw failure;
        }
        throw new IllegalStateException(e.getCause());
      }
    }
  }

  private void awaitReady() {
    while (true) {
      Duration took = look();
      Optional<ServiceFailedException> failure = readiness.failure("");
      if (failure.isPresent()) {
        throw failure.get();
      }
      Map<String, String> missing = readiness.missing();
      if (missing.isEmpty()) {
        return;
      }
      if (context.deadline().passed()) {
        throw expired();
      }
      context.deadline().pause(WAITING.after(took), "the services", missing::toString);
    }
  }

  private Duration look() {
    long start = System.nanoTime();
    readiness.look();
    return Duration.ofNanos(System.nanoTime() - start);
  }

  private RuntimeException expired() {
    readiness.look();
    StringBuilder missing = new StringBuilder();
    readiness
        .missing()
        .forEach(
            (service, state) -> missing.append('\n').append(service).append(' ').append(state));
    return context
        .deadline()
        .expired(
            "services to become ready", missing.toString().strip() + "\n" + readiness.evidence());
  }

  private RuntimeException failed(CliResult result) {
    readiness.look();
    String said = "docker compose up ended with " + result.exitCode();
    Optional<ServiceFailedException> guilty = readiness.failure(said + ":\n" + result.tail());
    return guilty.isPresent()
        ? guilty.get()
        : new RemoteCommandException(said + " in project " + model.project(), result.tail(), null);
  }

  /**
   * An interrupt makes the CLI's caller end it; what it leaves half-made is mended by the next run.
   */
  private static void end(FutureTask<CliResult> up, Thread thread) {
    up.cancel(true);
    try {
      thread.join(Duration.ofSeconds(10).toMillis());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
