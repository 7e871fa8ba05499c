package dev.previews.kube.connection;

import dev.previews.exec.Command;
import dev.previews.spi.RemoteProcess;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * A command that runs in a container: its input, its output as parts in their order, and at the end
 * its status.
 */
final class PodProcess {
  static final int STDOUT = 1;
  static final int STDERR = 2;
  private static final int STATUS = 3;

  /** How long the socket's end, and output before it, may take after the status. */
  private static final Duration AFTER_STATUS = Duration.ofSeconds(30);

  private final ChannelSocket socket;
  private final ChannelOutput input;
  private final OwnOutput stdout = OwnOutput.stdout();
  private final OwnOutput stderr;
  private final StringBuilder statusText = new StringBuilder();
  private final CompletableFuture<Optional<RemoteProcess>> started = new CompletableFuture<>();
  private @Nullable ExitStatus status;

  private PodProcess(ChannelSocket socket, String endMark) {
    this.socket = socket;
    this.input = new ChannelOutput(socket);
    this.stderr = OwnOutput.stderr(endMark);
  }

  static PodProcess start(Sockets sockets, PodAddress pod, Command command, boolean hasInput)
      throws IOException {
    RemoteShell.Input input = hasInput ? RemoteShell.Input.JOINED : RemoteShell.Input.NONE;
    return start(sockets, pod, mark -> command, input);
  }

  /** A TCP connection to a port of the Pod's loopback. */
  static PodProcess port(Sockets sockets, PodAddress pod, int port) throws IOException {
    return start(sockets, pod, mark -> PortCommand.to(port, mark), RemoteShell.Input.PIECES);
  }

  private static PodProcess start(
      Sockets sockets, PodAddress pod, Function<String, Command> command, RemoteShell.Input input)
      throws IOException {
    String endMark = "dev.previews.end " + UUID.randomUUID();
    // What is wrong with the command is said before anything is opened.
    byte[] program = RemoteShell.program(command.apply(endMark), input, endMark);
    PodProcess process = new PodProcess(sockets.exec(pod), endMark);
    process.input.write(program);
    if (input != RemoteShell.Input.NONE) {
      process.input.frame();
    }
    return process;
  }

  OutputStream input() {
    return input;
  }

  void finishInput() throws IOException {
    input.finish();
  }

  /** Who runs, as soon as that is known; nobody when it never started. */
  CompletableFuture<Optional<RemoteProcess>> started() {
    return started;
  }

  /** The next part of its output; null when it has ended. */
  @Nullable Frame next() throws IOException {
    while (true) {
      // Only the socket's end says that all output is there.
      Frame frame = ended() ? socket.take(AFTER_STATUS) : socket.take();
      if (frame == null) {
        started.complete(stderr.process());
        return rest();
      }
      if (frame.channel() == STATUS) {
        statusText.append(new String(frame.data(), StandardCharsets.UTF_8));
        continue;
      }
      if (frame.channel() != STDOUT && frame.channel() != STDERR) {
        continue; // what newer protocols say beside the streams
      }
      byte[] own = filter(frame);
      if (own.length > 0) {
        return new Frame(frame.channel(), own);
      }
    }
  }

  private byte[] filter(Frame frame) {
    OwnOutput output = frame.channel() == STDERR ? stderr : stdout;
    byte[] own = output.filter(frame.data());
    // Only standard error also says why nothing was started.
    if (output.begun() && (output.process().isPresent() || output.equals(stderr))) {
      started.complete(output.process());
    }
    if (stderr.ended()) {
      endInputEarly();
    }
    return own;
  }

  /** What was held back at the end, one output after the other. */
  private @Nullable Frame rest() {
    byte[] out = stdout.rest();
    if (out.length > 0) {
      return new Frame(STDOUT, out);
    }
    byte[] err = stderr.rest();
    return err.length > 0 ? new Frame(STDERR, err) : null;
  }

  private void endInputEarly() {
    try {
      input.finishEarly();
    } catch (IOException e) {
      // The far end may close at once; what is read next says how it was.
    }
  }

  private boolean ended() {
    return statusText.length() > 0;
  }

  /** Whether nothing can be written to it any more, for good reasons or bad ones. */
  boolean hasEnded() {
    return stderr.ended() || socket.over().isDone();
  }

  /** How it ended, once there is no more output; fails when nobody said it. */
  ExitStatus status() throws IOException {
    if (!ended()) {
      throw new IOException("the stream ended and no exit status came");
    }
    if (status == null) {
      status = ExitStatus.parse(statusText.toString());
    }
    return status;
  }

  void close() {
    socket.close();
  }

  void abort(IOException why) {
    started.complete(Optional.empty());
    socket.abort(why);
  }

  /** Ends it and its children. */
  static void kill(Sockets sockets, PodAddress pod, RemoteProcess process) throws IOException {
    Command kill = Command.of(List.copyOf(process.kill()));
    PodProcess killer = start(sockets, pod, kill, false);
    try {
      while (killer.next() != null) {
        // It says nothing; its end is waited for.
      }
    } finally {
      killer.close();
    }
  }
}
