package dev.previews.kube.connection;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.SocketTimeoutException;
import java.net.http.WebSocket;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * A WebSocket whose messages begin with the number of the channel that they belong to. What is not
 * taken is not asked for, so that a slow reader holds the peer up and not the memory.
 */
final class ChannelSocket implements WebSocket.Listener {
  private static final int PARTS_AHEAD = 16;
  private static final int NORMAL = 1000;
  private static final int NO_CHANNEL = -1;
  private static final Frame END = new Frame(NO_CHANNEL, new byte[0]);

  private final String what;
  private final Duration silence;
  private final BlockingQueue<Frame> inbox = new LinkedBlockingQueue<>();
  private final CompletableFuture<Void> over = new CompletableFuture<>();
  private volatile @Nullable WebSocket socket;
  private volatile @Nullable IOException failure;
  private volatile long heard = System.nanoTime();
  private volatile boolean closedHere;
  private boolean atStart = true;
  private int channel;

  /**
   * A socket.
   *
   * @param what what it is, for messages
   * @param silence how long a peer that is pinged may say nothing
   */
  ChannelSocket(String what, Duration silence) {
    this.what = what;
    this.silence = silence;
  }

  @Override
  public void onOpen(WebSocket opened) {
    socket = opened;
    opened.request(PARTS_AHEAD);
  }

  @Override
  public @Nullable CompletionStage<?> onBinary(WebSocket from, ByteBuffer data, boolean last) {
    heard = System.nanoTime();
    if (atStart && data.hasRemaining()) {
      channel = data.get() & 0xff;
      atStart = false;
    }
    byte[] part = new byte[data.remaining()];
    data.get(part);
    if (last) {
      atStart = true;
    }
    if (part.length > 0) {
      inbox.add(new Frame(channel, part));
    } else {
      from.request(1);
    }
    return null;
  }

  @Override
  public @Nullable CompletionStage<?> onText(WebSocket from, CharSequence data, boolean last) {
    from.request(1);
    return null;
  }

  @Override
  public @Nullable CompletionStage<?> onPing(WebSocket from, ByteBuffer message) {
    heard = System.nanoTime();
    from.request(1);
    return null;
  }

  @Override
  public @Nullable CompletionStage<?> onPong(WebSocket from, ByteBuffer message) {
    heard = System.nanoTime();
    from.request(1);
    return null;
  }

  @Override
  public @Nullable CompletionStage<?> onClose(WebSocket from, int code, String reason) {
    end(
        code == NORMAL
            ? null
            : new IOException(what + " was lost: the WebSocket ended with " + code + " " + reason));
    return null;
  }

  @Override
  public void onError(WebSocket from, Throwable error) {
    String why = Objects.requireNonNullElse(error.getMessage(), error.toString());
    end(new IOException(what + " was lost: " + why, error));
  }

  private synchronized void end(@Nullable IOException why) {
    if (over.isDone()) {
      return;
    }
    failure = why;
    inbox.add(END);
    over.complete(null);
  }

  /** Completes when nothing can be sent any more. */
  CompletableFuture<Void> over() {
    return over;
  }

  /** The next part; null at the peer's regular end. */
  @Nullable Frame take() throws IOException {
    try {
      return handOut(inbox.take());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new InterruptedIOException("interrupted while reading " + what);
    }
  }

  /**
   * The same.
   *
   * @throws SocketTimeoutException when nothing came in time
   */
  @Nullable Frame take(Duration most) throws IOException {
    try {
      Frame frame = inbox.poll(most.toMillis(), TimeUnit.MILLISECONDS);
      if (frame == null) {
        throw new SocketTimeoutException(what + " was silent for " + most.toSeconds() + " s");
      }
      return handOut(frame);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new InterruptedIOException("interrupted while reading " + what);
    }
  }

  private @Nullable Frame handOut(Frame frame) throws IOException {
    if (frame.channel() == NO_CHANNEL) {
      inbox.add(END);
      requireWhole();
      return null;
    }
    WebSocket from = socket;
    if (from != null) {
      from.request(1);
    }
    return frame;
  }

  /** Whether it ended otherwise than by the peer's goodbye or our own. */
  boolean wasLost() {
    return failure != null && !closedHere;
  }

  /** Whether the peer closes a channel when it is told to. */
  boolean canCloseChannels() {
    WebSocket to = socket;
    return to != null && to.getSubprotocol().equals(Sockets.NEWER);
  }

  /** Fails when the socket was lost. */
  void requireWhole() throws IOException {
    IOException why = failure;
    if (why != null) {
      throw new IOException(why.getMessage(), why);
    }
  }

  /** Sends one message; the next one may follow when this one is done. */
  CompletableFuture<WebSocket> send(ByteBuffer message) {
    WebSocket to = socket;
    if (to == null || over.isDone()) {
      return CompletableFuture.failedFuture(new IOException(what + " is closed"));
    }
    return to.sendBinary(message, true);
  }

  /** Keeps what lies between awake, and notices a peer that has gone without a word. */
  void ping() {
    WebSocket to = socket;
    if (to == null || over.isDone()) {
      return;
    }
    // An unread part or an unsent message says that somebody is slow, not that the peer is gone.
    if (inbox.isEmpty() && System.nanoTime() - heard > silence.toNanos()) {
      abort(new IOException(what + " was lost: silent for " + silence.toSeconds() + " s"));
      return;
    }
    to.sendPing(ByteBuffer.allocate(0));
  }

  /** Says goodbye and closes; what was not taken is lost. */
  void close() {
    WebSocket to = socket;
    closedHere = true;
    end(new IOException(what + " was closed here"));
    if (to != null) {
      to.sendClose(NORMAL, "")
          .orTimeout(1, TimeUnit.SECONDS)
          .whenComplete((done, error) -> to.abort());
    }
  }

  /** Ends both directions at once. */
  void abort(IOException why) {
    end(why);
    WebSocket to = socket;
    if (to != null) {
      to.abort();
    }
  }
}
