package dev.previews.kube.connection;

import dev.previews.error.ConnectionException;
import dev.previews.error.NotFoundException;
import dev.previews.error.PreviewException;
import dev.previews.exec.Command;
import dev.previews.exec.Execution;
import dev.previews.kube.cluster.Cluster;
import dev.previews.spi.Connection;
import dev.previews.spi.DuplexStream;
import dev.previews.spi.Endpoint;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
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
  private static final long PING_SECONDS = 25;

  private final Supplier<PodAddress> locate;
  private final Runnable whenClosed;
  private final Sockets sockets;
  private final Set<PodExecution> executions = ConcurrentHashMap.newKeySet();
  private final ScheduledExecutorService pinger;
  private volatile @Nullable PodAddress current;
  private volatile @Nullable Boolean engineOnTcp;
  private volatile boolean closed;

  /**
   * A connection.
   *
   * @param locate finds the machine's Pod; asked again when the one known is gone
   * @param whenClosed run once, when this is closed
   */
  public PodConnection(Cluster cluster, Supplier<PodAddress> locate, Runnable whenClosed) {
    this.locate = locate;
    this.whenClosed = whenClosed;
    this.sockets = new Sockets(cluster);
    this.pinger =
        Executors.newSingleThreadScheduledExecutor(
            work -> {
              Thread thread = new Thread(work, "preview-kube-ping");
              thread.setDaemon(true);
              return thread;
            });
    pinger.scheduleWithFixedDelay(sockets::ping, PING_SECONDS, PING_SECONDS, TimeUnit.SECONDS);
  }

  @Override
  public Execution exec(Command command) {
    PodExecution execution = inPod(pod -> PodExecution.start(sockets, pod, command));
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
    if (!endpoint.isEngine()) {
      return forward(endpoint.port());
    }
    return engineOnTcp()
        ? new EngineStream(() -> forward(ENGINE_PORT), this::engineProcess)
        : engineProcess();
  }

  private DuplexStream forward(int port) {
    return inPod(pod -> new ForwardStream(sockets.forward(pod, port)));
  }

  private DuplexStream engineProcess() {
    Command relay = Command.of("docker", "system", "dial-stdio");
    return inPod(
        pod -> {
          try {
            return new ProcessStream(PodProcess.start(sockets, pod, relay, true));
          } catch (IOException e) {
            throw new ConnectionException("the engine in " + pod + " cannot be reached", e);
          }
        });
  }

  /** Whether the engine also listens on the Pod's loopback. Found out once. */
  private boolean engineOnTcp() {
    Boolean known = engineOnTcp;
    if (known == null) {
      try (DuplexStream probe = forward(ENGINE_PORT)) {
        probe.output().write("GET /_ping HTTP/1.0\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
        byte[] start = probe.input().readNBytes(8);
        known = new String(start, StandardCharsets.US_ASCII).startsWith("HTTP/1.");
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

  private @Nullable PodAddress relocate(PreviewException first) {
    try {
      engineOnTcp = null;
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
    sockets.abort();
    whenClosed.run();
  }
}
