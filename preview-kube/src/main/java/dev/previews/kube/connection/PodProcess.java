package dev.previews.kube.connection;

import dev.previews.exec.Command;
import dev.previews.spi.RemoteProcess;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * A command that runs in a container: its input, its output as parts in their order, and at the end
 * its status.
 */
final class PodProcess {
  static final int STDOUT = 1;
  static final int STDERR = 2;
  private static final int STATUS = 3;
  private static final Duration AFTER_STATUS = Duration.ofSeconds(5);

  private final ChannelSocket socket;
  private final ChannelOutput input;
  private final boolean closesChannels;
  private final Announcement announcement = new Announcement();
  private final StringBuilder statusText = new StringBuilder();
  private final CompletableFuture<Optional<RemoteProcess>> started = new CompletableFuture<>();
  private @Nullable ExitStatus status;

  private PodProcess(ChannelSocket socket, ChannelOutput input, boolean closesChannels) {
    this.socket = socket;
    this.input = input;
    this.closesChannels = closesChannels;
  }

  static PodProcess start(Sockets sockets, PodAddress pod, Command command, boolean hasInput)
      throws IOException {
    // What is wrong with the command is said before anything is opened.
    byte[] raw = RemoteShell.program(command, RemoteShell.Input.RAW);
    Sockets.Exec exec = sockets.exec(pod);
    ChannelOutput input = new ChannelOutput(exec.socket());
    PodProcess process = new PodProcess(exec.socket(), input, exec.closesChannels());
    if (!hasInput) {
      input.write(RemoteShell.program(command, RemoteShell.Input.NONE));
    } else if (exec.closesChannels()) {
      input.write(raw);
    } else {
      input.write(RemoteShell.program(command, RemoteShell.Input.FRAMED));
      input.frame();
    }
    return process;
  }

  OutputStream input() {
    return input;
  }

  void finishInput() throws IOException {
    if (closesChannels) {
      input.finishByClosing();
    } else {
      input.finishFramed();
    }
  }

  /** Who runs, as soon as that is known; nobody when it never started. */
  CompletableFuture<Optional<RemoteProcess>> started() {
    return started;
  }

  /** The next part of its output; null when it has ended. */
  @Nullable Frame next() throws IOException {
    while (true) {
      Frame frame = ended() ? socket.poll(AFTER_STATUS) : socket.take();
      if (frame == null) {
        started.complete(announcement.process());
        byte[] rest = announcement.rest();
        return rest.length == 0 ? null : new Frame(STDERR, rest);
      }
      if (frame.channel() == STATUS) {
        statusText.append(new String(frame.data(), StandardCharsets.UTF_8));
        continue;
      }
      if (frame.channel() == STDERR) {
        byte[] own = announcement.filter(frame.data());
        if (announcement.over()) {
          started.complete(announcement.process());
        }
        if (own.length == 0) {
          continue;
        }
        return new Frame(STDERR, own);
      }
      return frame;
    }
  }

  private boolean ended() {
    return statusText.length() > 0;
  }

  /** Whether nothing can be written to it any more, for good reasons or bad ones. */
  boolean hasEnded() {
    return socket.over().isDone();
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
