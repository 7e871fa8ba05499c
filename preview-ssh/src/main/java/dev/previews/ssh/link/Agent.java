package dev.previews.ssh.link;

import dev.previews.exec.Deadline;
import java.io.IOException;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.AsynchronousCloseException;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import net.schmizz.sshj.common.Buffer;

/**
 * A running ssh-agent. Each request is a connection of its own. One that does not answer, because
 * it hangs or asks somebody who is not there, is given up.
 */
final class Agent {
  private static final byte FAILURE = 5;
  private static final byte REQUEST_IDENTITIES = 11;
  private static final byte IDENTITIES = 12;
  private static final byte SIGN_REQUEST = 13;
  private static final byte SIGNATURE = 14;
  private static final int LONGEST = 256 * 1024;

  private final Path socket;
  private final Deadline deadline;

  /** An agent that has to answer by then. */
  Agent(Path socket, Deadline deadline) {
    this.socket = socket;
    this.deadline = deadline;
  }

  /** The blobs of the public keys that it holds. */
  List<byte[]> keys() throws IOException {
    Buffer.PlainBuffer answer =
        ask(new Buffer.PlainBuffer().putByte(REQUEST_IDENTITIES), IDENTITIES);
    List<byte[]> keys = new ArrayList<>();
    long count = answer.readUInt32();
    for (long i = 0; i < count; i++) {
      keys.add(answer.readBytes());
      answer.readString();
    }
    return keys;
  }

  /** A signature as servers take it, its algorithm first. */
  byte[] sign(byte[] key, byte[] data, int flags) throws IOException {
    Buffer.PlainBuffer request =
        new Buffer.PlainBuffer()
            .putByte(SIGN_REQUEST)
            .putBytes(key)
            .putBytes(data)
            .putUInt32(flags);
    return ask(request, SIGNATURE).readBytes();
  }

  private Buffer.PlainBuffer ask(Buffer.PlainBuffer request, byte expected) throws IOException {
    CompletableFuture<Void> done = new CompletableFuture<>();
    try (SocketChannel channel = SocketChannel.open(UnixDomainSocketAddress.of(socket))) {
      done.copy()
          .completeOnTimeout(null, deadline.remaining().toMillis() + 1, TimeUnit.MILLISECONDS)
          .thenRun(() -> close(channel)); // that ends whoever waits for it
      byte[] message = request.getCompactData();
      ByteBuffer out = ByteBuffer.allocate(4 + message.length).putInt(message.length).put(message);
      out.flip();
      while (out.hasRemaining()) {
        channel.write(out);
      }
      int length = read(channel, 4).getInt();
      if (length < 1 || length > LONGEST) {
        throw new IOException("the agent at " + socket + " says nothing that can be understood");
      }
      byte[] answer = read(channel, length).array();
      if (answer[0] != expected) {
        throw new IOException(
            "the agent at "
                + socket
                + (answer[0] == FAILURE ? " refuses" : " says nothing that can be understood"));
      }
      Buffer.PlainBuffer rest = new Buffer.PlainBuffer(answer);
      rest.readByte();
      return rest;
    } catch (AsynchronousCloseException e) {
      throw new IOException("the agent at " + socket + " did not answer in time", e);
    } finally {
      done.complete(null);
    }
  }

  private static void close(SocketChannel channel) {
    try {
      channel.close();
    } catch (IOException e) {
      // It is closed whatever it says.
    }
  }

  private ByteBuffer read(SocketChannel channel, int length) throws IOException {
    ByteBuffer bytes = ByteBuffer.allocate(length);
    while (bytes.hasRemaining()) {
      if (channel.read(bytes) < 0) {
        throw new IOException("the agent at " + socket + " hung up");
      }
    }
    return bytes.flip();
  }
}
