package dev.previews.ssh.host;

import com.github.dockerjava.api.exception.DockerException;
import com.github.dockerjava.api.model.Info;
import dev.previews.engine.Engine;
import dev.previews.error.ConnectionException;
import dev.previews.error.PreviewException;
import dev.previews.error.PreviewInterruptedException;
import dev.previews.error.RemoteCommandException;
import dev.previews.exec.Command;
import dev.previews.exec.Deadline;
import dev.previews.spi.Connection;
import dev.previews.spi.Context;
import dev.previews.ssh.config.HostSettings;
import dev.previews.ssh.config.SshOptions;
import dev.previews.ssh.connection.Shell;
import dev.previews.ssh.connection.SshConnection;
import dev.previews.ssh.connection.Ways;
import dev.previews.ssh.link.SshHost;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A host with a Docker engine, reached by SSH. Looked at and checked at its first use. */
public final class DockerHost implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(DockerHost.class);

  /** How long an engine that is installed may take to come up after its host. */
  private static final Duration BOOT = Duration.ofSeconds(40);

  private static final Duration REACH = Duration.ofSeconds(30);

  private final SshHost host;
  private final HostOptions options;
  private final ReentrantLock looking = new ReentrantLock();
  private volatile @Nullable Ready ready;
  private boolean closed;

  /** A host that is not connected to yet. */
  public DockerHost(HostSettings settings, HostOptions options) {
    this.host = new SshHost(settings);
    this.options = options;
  }

  /** What was found out, and where its engine keeps its data. */
  private record Ready(Survey survey, Shell shell, Ways ways, Engine engine, String data) {}

  private record Answering(Engine engine, String data) {}

  /** Its name, as the user typed it. */
  public String name() {
    return host.toString();
  }

  /** How it is reached. */
  public SshHost ssh() {
    return host;
  }

  /** How long a short question may take: a connection may be dead, and a new one is opened. */
  public Duration patience() {
    SshOptions timing = host.settings().options();
    return timing.deadAfter().plus(timing.connectTimeout());
  }

  /**
   * Connects to it and looks at it, if that has not been done.
   *
   * @throws ConnectionException when it cannot be reached
   * @throws RemoteCommandException when it cannot hold environments; it names all that is wrong
   */
  public void prepare(Context call) {
    requireReady(call);
  }

  private Ready requireReady(Context call) {
    Ready known = ready;
    if (known != null) {
      host.connect(call.deadline());
      return known;
    }
    lock(call.deadline());
    try {
      known = ready;
      return known != null ? known : keep(look(call));
    } finally {
      looking.unlock();
    }
  }

  /** Whoever looks may have more time than others who wait for it. */
  private void lock(Deadline deadline) {
    try {
      if (!looking.tryLock(deadline.remaining().toMillis(), TimeUnit.MILLISECONDS)) {
        throw deadline.expired("a first look at " + this, "another thread is connecting");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new PreviewInterruptedException("interrupted while connecting to " + this, e);
    }
  }

  private synchronized Ready keep(Ready found) {
    if (closed) {
      found.engine().close();
      throw new IllegalStateException("the connection to " + this + " is closed");
    }
    ready = found;
    return found;
  }

  private Ready look(Context call) {
    host.connect(call.deadline());
    Survey survey = settle(call);
    Problems problems = new Problems(name(), options);
    problems.check(survey);
    String socket = survey.engineSocket();
    Shell shell = new Shell(host, survey.needsSudo());
    if (socket == null) {
      problems.report();
    }
    Ways ways = new Ways(shell, Objects.requireNonNull(socket), survey.opensSocket());
    Answering answering = engine(ways, survey, problems, call);
    try {
      problems.report();
      Answering found = Objects.requireNonNull(answering);
      return new Ready(survey, shell, ways, found.engine(), found.data());
    } catch (RuntimeException e) {
      if (answering != null) {
        answering.engine().close();
      }
      throw e;
    }
  }

  /** Looks until the engine is there, where it is on its way or may be installed. */
  private Survey settle(Context call) {
    Shell user = new Shell(host, false);
    Survey survey = Survey.of(user, options, "", call.deadline());
    boolean missing = survey.engineSocket() == null && survey.closed().isEmpty();
    if (missing && options.install() && (survey.root() || survey.sudo())) {
      Installation.run(new Shell(host, !survey.root()), survey, call);
      host.renew(); // a new group counts from the next login on
      return Survey.of(user, options, "", call.deadline());
    }
    if (missing && survey.dockerd()) {
      call.notice("waiting for the Docker engine of " + this);
      Deadline boot = call.deadline().within(BOOT);
      while (survey.engineSocket() == null && !boot.passed()) {
        boot.pause(Duration.ofMillis(500), "the Docker engine of " + this, () -> "no socket");
        survey = Survey.of(user, options, "", call.deadline());
      }
    }
    return survey;
  }

  private @Nullable Answering engine(Ways ways, Survey survey, Problems problems, Context call) {
    Engine engine = null;
    try {
      Ways.Way way = awaitWay(ways, call);
      log.debug("the Docker engine of {} is reached by {}", this, way);
      if (way == Ways.Way.DIAL_STDIO) {
        call.notice(
            "the Docker engine of "
                + this
                + " is reached by `docker system dial-stdio`, a session for each stream: sshd does"
                + " not forward to its socket");
      }
      engine = Engine.open(() -> ways.engine(Deadline.in(REACH)), call.deadline());
      Info info = engine.client(call.deadline()).infoCmd().exec();
      problems.checkVersion(survey, String.valueOf(info.getServerVersion()));
      return new Answering(engine, Objects.requireNonNullElse(info.getDockerRootDir(), ""));
    } catch (IOException | PreviewException | DockerException e) {
      problems.doesNotAnswer(survey, String.valueOf(e.getMessage()));
      if (engine != null) {
        engine.close();
      }
      return null;
    }
  }

  /** The socket may be there before the engine listens, and after it has died. */
  private Ways.Way awaitWay(Ways ways, Context call) throws IOException {
    Deadline boot = call.deadline().within(BOOT);
    while (true) {
      try {
        Ways.Way way = ways.engineWay(call.deadline());
        ways.ping(call.deadline());
        return way;
      } catch (IOException e) {
        if (boot.passed()) {
          throw e;
        }
        boot.pause(Duration.ofMillis(500), "the Docker engine of " + this, e::getMessage);
      }
    }
  }

  /**
   * Looks whether it can take a new environment, and waits until its engine is up.
   *
   * @throws RemoteCommandException when it cannot; it names all that is wrong
   */
  public void requireRoom(Context call) {
    Ready known = requireReady(call);
    try {
      awaitWay(known.ways(), call);
    } catch (IOException e) {
      throw new ConnectionException("the Docker engine of " + this + " does not answer", e);
    }
    Problems problems = new Problems(name(), options);
    problems.check(now(known, call));
    problems.reportAll();
  }

  /** Its engine; not to be closed. */
  Engine engine(Context call) {
    return requireReady(call).engine();
  }

  /** The base directory of the environments' files. */
  String directory(Context call) {
    return requireReady(call).survey().directory();
  }

  /** The absolute path of its engine's socket. */
  String socket(Context call) {
    return Objects.requireNonNull(requireReady(call).survey().engineSocket());
  }

  /** How its engine is reached. */
  Ways.Way way(Context call) {
    Ready known = requireReady(call);
    try {
      return known.ways().engineWay(call.deadline());
    } catch (IOException e) {
      throw new ConnectionException("the Docker engine of " + this + " cannot be reached", e);
    }
  }

  /** Commands and streams; the caller closes it. */
  public Connection connect(Context call) {
    Ready known = requireReady(call);
    return new SshConnection(known.shell(), known.ways());
  }

  /**
   * Runs a command there to its end.
   *
   * @throws RemoteCommandException when its exit code is not 0
   */
  public void run(String what, Command command, Context call) {
    Ready known = requireReady(call);
    ByteArrayOutputStream stderr = new ByteArrayOutputStream();
    int code = known.shell().run(command.stderr(stderr), call.deadline());
    if (code != 0) {
      throw new RemoteCommandException(
          what + " failed on " + this + " (exit code " + code + ")",
          stderr.toString(StandardCharsets.UTF_8),
          null);
    }
  }

  /** What one more environment would get there now; see {@link Survey#room}. */
  public long room(int environments, Context call) {
    return now(requireReady(call), call).room(environments);
  }

  private Survey now(Ready known, Context call) {
    return Survey.of(new Shell(host, false), options, known.data(), call.deadline());
  }

  /** Ends all that goes on there. Closing twice is harmless. */
  @Override
  public void close() {
    host.close();
    synchronized (this) {
      closed = true;
      Ready known = ready;
      if (known != null) {
        known.engine().close();
      }
    }
  }

  @Override
  public String toString() {
    return host.toString();
  }
}
