package dev.previews.kube.connection;

import dev.previews.spi.DuplexStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * A stream to a port of a Pod's loopback. Its protocol cannot end one direction alone, so {@link
 * #shutdownOutput()} says nothing to the peer; but when no answer comes for long after it, the
 * stream ends: the peer may never learn that nobody asks any more.
 */
final class ForwardStream implements DuplexStream {
  private static final int DATA = 0;
  private static final int PORT_BYTES = 2;
  private static final Duration IDLE_AFTER_END = Duration.ofMinutes(5);
  private static final Duration LAST_WORDS = Duration.ofSeconds(2);

  private final ChannelSocket socket;
  private final Duration idleAfterEnd;
  private final ChannelOutput output;
  private final InputStream input = new Input();
  private volatile boolean outputEnded;

  ForwardStream(ChannelSocket socket) {
    this(socket, IDLE_AFTER_END);
  }

  ForwardStream(ChannelSocket socket, Duration idleAfterEnd) {
    this.socket = socket;
    this.idleAfterEnd = idleAfterEnd;
    this.output = new ChannelOutput(socket);
  }

  @Override
  public InputStream input() {
    return input;
  }

  @Override
  public OutputStream output() {
    return output;
  }

  @Override
  public void shutdownOutput() {
    outputEnded = true;
  }

  @Override
  public void close() {
    output.drain(LAST_WORDS);
    socket.close();
  }

  private final class Input extends PartInput {
    private final int[] toSkip = {PORT_BYTES, PORT_BYTES};

    private @Nullable Frame take() throws IOException {
      while (true) {
        // Whether the output had ended while the silence lasted, and not only at its end.
        boolean nobodyAsks = outputEnded;
        try {
          return socket.take(idleAfterEnd);
        } catch (SocketTimeoutException e) {
          if (nobodyAsks) {
            socket.close();
            throw e;
          }
        }
      }
    }

    @Override
    byte @Nullable [] next() throws IOException {
      while (true) {
        Frame frame = take();
        if (frame == null) {
          return null;
        }
        if (frame.channel() >= toSkip.length) {
          continue;
        }
        int skip = Math.min(toSkip[frame.channel()], frame.data().length);
        toSkip[frame.channel()] -= skip;
        if (skip == frame.data().length) {
          continue;
        }
        byte[] data = Arrays.copyOfRange(frame.data(), skip, frame.data().length);
        if (frame.channel() == DATA) {
          return data;
        }
        throw new IOException(
            "the Pod's port cannot be used: " + new String(data, StandardCharsets.UTF_8).strip());
      }
    }

    @Override
    public void close() {
      ForwardStream.this.close();
    }
  }
}
