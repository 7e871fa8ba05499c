package dev.previews.kube.connection;

import dev.previews.spi.DuplexStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * A stream to a port of a Pod's loopback. Its protocol cannot end one direction alone, so {@link
 * #shutdownOutput()} says nothing to the peer.
 */
final class ForwardStream implements DuplexStream {
  private static final int DATA = 0;
  private static final int PORT_BYTES = 2;

  private final ChannelSocket socket;
  private final OutputStream output;
  private final InputStream input = new Input();

  ForwardStream(ChannelSocket socket) {
    this.socket = socket;
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
    // The other direction has to stay open.
  }

  @Override
  public void close() {
    socket.close();
  }

  private final class Input extends PartInput {
    private final int[] toSkip = {PORT_BYTES, PORT_BYTES};

    @Override
    byte @Nullable [] next() throws IOException {
      while (true) {
        Frame frame = socket.take();
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
