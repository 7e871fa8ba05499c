package dev.previews.kube.connection;

import dev.previews.error.ConnectionException;
import dev.previews.error.NotFoundException;
import dev.previews.error.PreviewException;
import dev.previews.exec.Command;
import dev.previews.exec.Execution;
import dev.previews.kube.cluster.Cluster;
import dev.previews.spi.Connection;
import dev.previews.spi.Dialer;
import dev.previews.spi.DuplexStream;
import dev.previews.spi.Endpoint;
import dev.previews.spi.StartTurns;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Commands and streams in the machine's Pod, whichever Pod that is at the moment. */
public final class PodConnection implements Connection {
  private static final int ENGINE_PORT = 2375;

  /** Less than what a proxy on the way gives a silent stream. */
  private static final Duration PING = Duration.ofSeconds(25);

  /** How long an engine may take to say anything. */
  private static final Duration PROBE = Duration.ofSeconds(5);

  /** How long a service may take to show that it, and not its client, speaks first. */
  private static final Duration PERHAPS_FIRST = Duration.ofMillis(50);

  /** The engine never does, nor a service that speaks HTTP or TLS. */
  private static final Duration NEVER_FIRST = Duration.ofDays(1);

  /** Few enough for the shim, and enough for a cluster that is far away. */
  private static final int STARTS_AT_ONCE = 16;

  private final StartTurns starts = new StartTurns(STARTS_AT_ONCE);
  private final Supplier<PodAddress> locate;
  private final Runnable renew;
  private final Runnable whenClosed;
  private final Sockets sockets;
  private final Set<PodExecution> executions = ConcurrentHashMap.newKeySet();
  private final Set<LateStream> undecided = ConcurrentHashMap.newKeySet();
  private final Set<Integer> askedFirst = ConcurrentHashMap.newKeySet();
  private final ScheduledExecutorService pinger;
  private volatile @Nullable PodAddress current;
  private volatile @Nullable Boolean engineOnTcp;
  private volatile @Nullable Boolean halfClosing;
  private volatile boolean closed;

  /**
   * A connection.
   *
   * @param locate finds the machine's Pod; asked again when the one known is gone
   * @param renew tells the cluster that the environment is used
   * @param whenClosed run once, when this is closed
   */
  public PodConnection(
      Cluster cluster, Supplier<PodAddress> locate, Runnable renew, Runnable whenClosed) {
    this(cluster, locate, renew, whenClosed, PING);
  }

  /** One whose streams are pinged so often. */
  PodConnection(
      Cluster cluster,
      Supplier<PodAddress> locate,
      Runnable renew,
      Runnable whenClosed,
      Duration ping) {
    this.locate = locate;
    this.renew = renew;
    this.whenClosed = whenClosed;
    this.sockets = new Sockets(cluster, this::forget);
    this.pinger =
        Executors.newSingleThreadScheduledExecutor(
            work -> {
              Thread thread = new Thread(work, "preview-kube-ping");
              thread.setDaemon(true);
              return thread;
            });
    pinger.scheduleWithFixedDelay(
        sockets::ping, ping.toMillis(), ping.toMillis(), TimeUnit.MILLISECONDS);
  }

  @Override
  public Execution exec(Command command) {
    PodExecution execution =
        inPod(pod -> starts.take(pod.toString(), () -> PodExecution.start(sockets, pod, command)));
    executions.removeIf(PodExecution::isOver);
    executions.add(execution);
    if (closed) {
      execution.cancel();
    }
    return execution;
  }

  @Override
  public DuplexStream dial(Endpoint endpoint) {
    requireOpen();
    if (endpoint.isEngine()) {
      return engineOnTcp()
          ? endingWithThis(
              new LateStream(
                  Openings.ofEngine(() -> forward(ENGINE_PORT), this::engineProcess),
                  this::engineProcess,
                  NEVER_FIRST))
          : engineProcess();
    }
    int port = endpoint.port();
    Dialer halfClosing =
        () -> halfClosing() ? process(pod -> PodProcess.port(sockets, pod, port)) : forward(port);
    Dialer forwarded =
        () -> {
          askedFirst.add(port);
          return forward(port);
        };
    // Browsers and pools open connections before they have anything to say.
    Duration patience = askedFirst.contains(port) ? NEVER_FIRST : PERHAPS_FIRST;
    return endingWithThis(
        new LateStream(Openings.ofService(forwarded, halfClosing), halfClosing, patience));
  }

  /** A stream that has no carrier yet has nothing that would end with this connection. */
  private DuplexStream endingWithThis(LateStream stream) {
    undecided.add(stream);
    stream.decided().whenComplete((carrier, failure) -> undecided.remove(stream));
    if (closed) {
      stream.close();
    }
    return stream;
  }

  private DuplexStream forward(int port) {
    return inPod(pod -> new ForwardStream(sockets.forward(pod, port)));
  }

  private DuplexStream engineProcess() {
    Command relay = Command.of("docker", "system", "dial-stdio");
    return process(pod -> PodProcess.start(sockets, pod, relay, true));
  }

  @Override
  public void renew() {
    requireOpen();
    renew.run();
  }

  /** Starts a command that is a stream. */
  @FunctionalInterface
  private interface Starter {
    PodProcess start(PodAddress pod) throws IOException;
  }

  private DuplexStream process(Starter starter) {
    return inPod(
        pod -> {
          try {
            return new ProcessStream(starter.start(pod));
          } catch (IOException e) {
            throw new ConnectionException("no stream to " + pod + " can be opened", e);
          }
        });
  }

  /** Whether the Pod has what a half-closing stream to a port needs. Found out once. */
  private boolean halfClosing() {
    Boolean known = halfClosing;
    if (known == null) {
      try (Execution probe = exec(PortCommand.probe())) {
        known = probe.await() == 0;
      }
      halfClosing = known;
    }
    return known;
  }

  /** Whether the engine also listens on the Pod's loopback. Found out once. */
  private boolean engineOnTcp() {
    Boolean known = engineOnTcp;
    if (known == null) {
      try (DuplexStream probe = forward(ENGINE_PORT);
          Cutoff cutoff = Cutoff.after(PROBE, probe)) {
        probe.output().write("GET /_ping HTTP/1.0\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
        byte[] start = probe.input().readNBytes(8);
        known = new String(start, StandardCharsets.US_ASCII).startsWith("HTTP/1.");
        if (cutoff.isOver()) {
          return false;
        }
      } catch (IOException e) {
        known = false;
      }
      engineOnTcp = known;
    }
    return known;
  }

  private <T> T inPod(Function<PodAddress, T> work) {
    requireOpen();
    PodAddress known = current;
    if (known != null) {
      try {
        return work.apply(known);
      } catch (NotFoundException | ConnectionException e) {
        // Perhaps it was replaced.
        if (known.equals(relocate(e))) {
          throw e;
        }
      }
    }
    PodAddress pod = locate.get();
    current = pod;
    return work.apply(pod);
  }

  /** The next command or stream looks for the Pod again. */
  private void forget(PodAddress gone) {
    if (gone.equals(current)) {
      current = null;
      engineOnTcp = null;
      halfClosing = null;
    }
  }

  private @Nullable PodAddress relocate(PreviewException first) {
    try {
      engineOnTcp = null;
      halfClosing = null;
      return locate.get();
    } catch (PreviewException e) {
      first.addSuppressed(e);
      throw first;
    }
  }

  private void requireOpen() {
    if (closed) {
      throw new IllegalStateException("the connection is closed");
    }
  }

  @Override
  public void close() {
    if (closed) {
      return;
    }
    closed = true;
    pinger.shutdownNow();
    List<CompletableFuture<Void>> ending =
        executions.stream()
            .filter(it -> !it.isOver())
            .map(
                it ->
                    CompletableFuture.runAsync(
                        it::killNow, work -> Daemon.start("preview-kube-close", work)))
            .toList();
    CompletableFuture.allOf(ending.toArray(CompletableFuture[]::new)).join();
    List.copyOf(undecided).forEach(LateStream::close);
    sockets.abort();
    whenClosed.run();
  }
}
