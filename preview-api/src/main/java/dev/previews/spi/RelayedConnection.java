package dev.previews.spi;

import dev.previews.error.PreviewException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One connection of a relay: dials its stream and copies both ways until both ends have ended. */
final class RelayedConnection {
  private static final Logger log = LoggerFactory.getLogger(RelayedConnection.class);
  private static final int BUFFER = 64 * 1024;

  private final SocketStream client;
  private final Dialer dialer;
  private final Consumer<RelayedConnection> whenOver;
  private final AtomicInteger openDirections = new AtomicInteger(2);
  private @Nullable DuplexStream peer;
  private boolean over;

  RelayedConnection(SocketStream client, Dialer dialer, Consumer<RelayedConnection> whenOver) {
    this.client = client;
    this.dialer = dialer;
    this.whenOver = whenOver;
  }

  void start(String name) {
    Threads.start("preview-relay-out " + name, () -> dialAndCopy(name));
  }

  private void dialAndCopy(String name) {
    try {
      DuplexStream dialled = dialer.dial();
      if (!adopt(dialled)) {
        dialled.close();
        return;
      }
      Threads.start(
          "preview-relay-in " + name,
          () -> copy(dialled.input(), client.output(), client::shutdownOutput));
      copy(client.input(), dialled.output(), dialled::shutdownOutput);
    } catch (IOException | PreviewException | IllegalStateException e) {
      log.debug("a connection to {} leads nowhere: {}", name, e.toString());
      abort();
    } catch (RuntimeException | Error e) {
      abort(); // such as of a class loader that was closed: nobody is to wait for an answer
      throw e;
    }
  }

  private synchronized boolean adopt(DuplexStream dialled) {
    if (!over) {
      peer = dialled;
    }
    return !over;
  }

  private void copy(InputStream from, OutputStream to, Runnable shutdown) {
    try {
      byte[] buffer = new byte[BUFFER];
      for (int n = from.read(buffer); n >= 0; n = from.read(buffer)) {
        to.write(buffer, 0, n);
        to.flush();
      }
      shutdown.run();
      if (openDirections.decrementAndGet() == 0) {
        end(false);
      }
    } catch (IOException | RuntimeException e) {
      log.debug("a relayed connection broke: {}", e.toString());
      abort();
    } catch (Error e) {
      abort();
      throw e;
    }
  }

  /** Ends it such that neither end takes it for a whole one. */
  void abort() {
    end(true);
  }

  private void end(boolean broken) {
    DuplexStream dialled;
    synchronized (this) {
      if (over) {
        return;
      }
      over = true;
      dialled = peer;
    }
    if (broken) {
      client.abort();
    } else {
      client.close();
    }
    if (dialled != null) {
      dialled.close();
    }
    whenOver.accept(this);
  }
}
