package dev.previews.kube.connection;

import dev.previews.kube.cluster.FakeExchange;
import dev.previews.kube.cluster.FakeServer;
import dev.previews.kube.cluster.FakeSocket;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/** A Pod whose commands run here, behind a server that can be made to misbehave. */
final class FakePod implements FakeServer.Handler {
  static final PodAddress ADDRESS = new PodAddress("ns", "pod", "uid", "docker", "id");

  private final Set<String> subprotocols;
  long dropAfter = Long.MAX_VALUE;
  boolean silentAboutTheEnd;
  boolean slow;
  boolean saysMore;
  boolean splitsHead;
  String portError = "";

  /** How late the next command starts. */
  volatile Duration late = Duration.ZERO;

  /** The first command that was started. */
  final CompletableFuture<Process> first = new CompletableFuture<>();

  long dropDownAfter = Long.MAX_VALUE;
  volatile boolean inputClosed;
  volatile String uid = "uid";
  volatile String containerId = "id";
  volatile String startedAt = "2020-01-01T00:00:00Z";
  volatile @Nullable FakeSocket forwarded;
  volatile @Nullable FakeSocket running;
  @Nullable String spoken;
  @Nullable String path;

  FakePod(Set<String> subprotocols) {
    this.subprotocols = subprotocols;
  }

  @Override
  public boolean handle(FakeExchange exchange) throws Exception {
    if (exchange.path().equals(ADDRESS.path(""))) {
      return exchange.answer(
          200,
          "{\"metadata\":{\"uid\":\""
              + uid
              + "\"},\"status\":{\"containerStatuses\":[{\"name\":\"docker\",\"containerID\":\""
              + containerId
              + "\",\"state\":{\"running\":{\"startedAt\":\""
              + startedAt
              + "\"}}}]}}");
    }
    if (exchange.path().equals(ADDRESS.path("portforward"))) {
      int port = Integer.parseInt(exchange.query("ports").get(0));
      forward(port, exchange.upgrade(exchange.header("Sec-WebSocket-Protocol")));
      return true;
    }
    if (!exchange.path().equals(ADDRESS.path("exec"))) {
      return false;
    }
    String offered = exchange.header("Sec-WebSocket-Protocol");
    if (!subprotocols.contains(offered)) {
      return exchange.answer(400, "{\"message\":\"unsupported protocol\"}");
    }
    spoken = offered;
    run(exchange.query("command"), exchange.upgrade(offered));
    return true;
  }

  private void forward(int port, FakeSocket socket) throws Exception {
    forwarded = socket;
    byte[] head = {(byte) port, (byte) (port >> 8)};
    for (int channel = 0; channel < 2; channel++) {
      if (splitsHead) {
        socket.write(channel, new byte[] {head[0]});
        socket.write(channel, new byte[] {head[1]});
      } else {
        socket.write(channel, head);
      }
    }
    if (!portError.isEmpty()) {
      socket.write(1, portError);
      socket.close();
      return;
    }
    try (Socket service = new Socket(InetAddress.getLoopbackAddress(), port)) {
      Thread in =
          thread(
              () -> {
                feed(service, socket);
                socket.closeQuietly();
              });
      copy(service.getInputStream(), socket, 0);
      socket.close();
      in.join();
    }
  }

  private void feed(Socket service, FakeSocket socket) {
    long fed = 0;
    try {
      for (byte[] part = socket.read(); part != null; part = socket.read()) {
        service.getOutputStream().write(part, 1, part.length - 1);
        fed += part.length - 1;
        if (fed > dropAfter) {
          socket.drop();
          return;
        }
      }
      service.close();
    } catch (IOException e) {
      // The service has closed.
    }
  }

  private void run(List<String> command, FakeSocket socket) throws Exception {
    running = socket;
    Duration pause = late;
    late = Duration.ZERO;
    Thread.sleep(pause.toMillis());
    // A session of its own, as in a container: what breaks off kills its whole group.
    List<String> argv = new ArrayList<>(List.of("setsid", "-w"));
    argv.addAll(command);
    ProcessBuilder builder = new ProcessBuilder(argv);
    if (path != null) {
      builder.environment().put("PATH", path);
    }
    Process process = builder.start();
    first.complete(process);
    Thread in = thread(() -> feed(process, socket));
    Thread out = thread(() -> copy(process.getInputStream(), socket, PodProcess.STDOUT));
    Thread err = thread(() -> copy(process.getErrorStream(), socket, PodProcess.STDERR));
    out.join();
    err.join();
    int code = process.waitFor();
    if (!silentAboutTheEnd) {
      socket.write(3, status(code));
    }
    if (saysMore) {
      socket.write(255, new byte[] {PodProcess.STDOUT});
    }
    socket.close();
    in.join();
  }

  private static String status(int code) {
    return code == 0
        ? "{\"status\":\"Success\"}"
        : "{\"status\":\"Failure\",\"message\":\"exit\",\"details\":{\"causes\":"
            + "[{\"reason\":\"ExitCode\",\"message\":\""
            + code
            + "\"}]}}";
  }

  private void feed(Process process, FakeSocket socket) {
    long fed = 0;
    try (OutputStream stdin = process.getOutputStream()) {
      for (byte[] part = socket.read(); part != null; part = socket.read()) {
        if ((part[0] & 0xff) == 255) {
          inputClosed = true;
          return;
        }
        stdin.write(part, 1, part.length - 1);
        stdin.flush();
        fed += part.length - 1;
        if (fed > dropAfter) {
          socket.drop();
          return;
        }
        if (slow) {
          Thread.sleep(20);
        }
      }
    } catch (IOException | InterruptedException e) {
      // The command may end before its input.
    }
  }

  private void copy(InputStream from, FakeSocket socket, int channel) {
    byte[] buffer = new byte[32 * 1024];
    long copied = 0;
    try {
      for (int n = from.read(buffer); n >= 0; n = from.read(buffer)) {
        socket.write(channel, java.util.Arrays.copyOf(buffer, n));
        copied += n;
        if (copied > dropDownAfter) {
          socket.drop();
          return;
        }
      }
    } catch (IOException e) {
      // The socket was dropped.
    }
  }

  private static Thread thread(Runnable work) {
    Thread thread = new Thread(work, "fake-pod");
    thread.setDaemon(true);
    thread.start();
    return thread;
  }
}
