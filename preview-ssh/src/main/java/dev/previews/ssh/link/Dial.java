package dev.previews.ssh.link;

import dev.previews.error.PreviewInterruptedException;
import dev.previews.exec.Deadline;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;

/** A TCP connection to the first of a host's addresses where somebody answers. */
final class Dial {
  private final String host;
  private final int port;
  private final Deadline limit;

  Dial(String host, int port, Deadline limit) {
    this.host = host;
    this.port = port;
    this.limit = limit;
  }

  /** Connects; the caller closes it. */
  Socket socket(Source<Socket> fresh) throws IOException {
    List<InetAddress> addresses =
        within(limit, () -> List.of(InetAddress.getAllByName(host)), found -> {});
    return socket(addresses, fresh);
  }

  /** Each address gets a fair part of the time that is left. */
  Socket socket(List<InetAddress> addresses, Source<Socket> fresh) throws IOException {
    IOException first = null;
    for (int i = 0; i < addresses.size(); i++) {
      Socket socket = fresh.get();
      try {
        long most = limit.remaining().toMillis() / (addresses.size() - i);
        socket.connect(new InetSocketAddress(addresses.get(i), port), (int) Math.max(1, most));
        return socket;
      } catch (IOException | RuntimeException e) {
        socket.close();
        if (!(e instanceof IOException failure)) {
          throw e;
        }
        if (first == null) {
          first = failure;
        } else {
          first.addSuppressed(failure);
        }
      }
    }
    throw first == null ? new IOException(host + " has no address") : first;
  }

  /** Where something is got from that takes time. */
  interface Source<T> {
    T get() throws IOException;
  }

  /**
   * What has no deadline of its own gets one.
   *
   * @param late takes what comes when nobody waits any more
   */
  static <T> T within(Deadline limit, Source<T> source, Consumer<T> late) throws IOException {
    CompletableFuture<T> result = new CompletableFuture<>();
    Daemon.start(
        "preview-ssh-dial",
        () -> {
          try {
            T value = source.get();
            if (!result.complete(value)) {
              late.accept(value);
            }
          } catch (IOException | RuntimeException | Error e) {
            result.completeExceptionally(e);
          }
        });
    try {
      return result.get(limit.remaining().toMillis() + 1, TimeUnit.MILLISECONDS);
    } catch (TimeoutException e) {
      if (result.completeExceptionally(new SocketTimeoutException("no answer"))) {
        throw new SocketTimeoutException("no answer");
      }
      return result.join();
    } catch (InterruptedException e) {
      result.completeExceptionally(new InterruptedIOException());
      Thread.currentThread().interrupt();
      throw new PreviewInterruptedException("interrupted while connecting", e);
    } catch (ExecutionException e) {
      if (e.getCause() instanceof IOException known) {
        throw known;
      }
      if (e.getCause() instanceof RuntimeException known) {
        throw known;
      }
      throw new IOException(e.getCause());
    }
  }
}
