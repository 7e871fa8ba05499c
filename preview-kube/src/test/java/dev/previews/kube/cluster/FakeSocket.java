package dev.previews.kube.cluster;

import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/** The server's end of a WebSocket of channels. */
public final class FakeSocket {
  private static final int CONTINUATION = 0;
  private static final int BINARY = 2;
  private static final int CLOSE = 8;
  private static final int PING = 9;
  private static final int PONG = 10;
  private static final int FIN = 0x80;

  /** Whether it answers pings, as every living peer does. */
  public volatile boolean answersPings = true;

  private final AtomicInteger pings = new AtomicInteger();
  private final DataInputStream in;
  private final DataOutputStream out;
  private final Socket socket;

  FakeSocket(InputStream in, Socket socket) throws IOException {
    this.in = new DataInputStream(in);
    this.out = new DataOutputStream(socket.getOutputStream());
    this.socket = socket;
  }

  /** The next part of a message; the first byte of a message is its channel. Null at the end. */
  public byte @Nullable [] read() throws IOException {
    while (true) {
      int first = in.read();
      if (first < 0) {
        return null;
      }
      int length = in.readUnsignedByte() & 0x7f;
      long size = length == 126 ? in.readUnsignedShort() : length == 127 ? in.readLong() : length;
      byte[] mask = in.readNBytes(4);
      byte[] data = in.readNBytes((int) size);
      for (int i = 0; i < data.length; i++) {
        data[i] ^= mask[i % 4];
      }
      switch (first & 0x0f) {
        case BINARY, CONTINUATION -> {
          return data;
        }
        case CLOSE -> {
          return null;
        }
        case PING -> {
          pings.incrementAndGet();
          if (answersPings) {
            send(PONG, data, 0, data.length);
          }
        }
        default -> {}
      }
    }
  }

  /** Sends a part of a channel's stream as one message. */
  public void write(int channel, byte[] bytes) throws IOException {
    byte[] message = new byte[bytes.length + 1];
    message[0] = (byte) channel;
    System.arraycopy(bytes, 0, message, 1, bytes.length);
    send(BINARY, message, 0, message.length);
  }

  /** The same with text. */
  public void write(int channel, String text) throws IOException {
    write(channel, text.getBytes(StandardCharsets.UTF_8));
  }

  private synchronized void send(int opcode, byte[] data, int offset, int length)
      throws IOException {
    out.writeByte(FIN | opcode);
    if (length < 126) {
      out.writeByte(length);
    } else if (length < 65536) {
      out.writeByte(126);
      out.writeShort(length);
    } else {
      out.writeByte(127);
      out.writeLong(length);
    }
    out.write(Arrays.copyOfRange(data, offset, offset + length));
    out.flush();
  }

  /** How many pings have come. */
  public int pings() {
    return pings.get();
  }

  /** Says goodbye, as a server does at the regular end. */
  public void close() throws IOException {
    send(CLOSE, new byte[] {0x03, (byte) 0xe8}, 0, 2);
  }

  /** Ends the connection, whatever state it is in. */
  public void closeQuietly() {
    try {
      socket.close();
    } catch (IOException e) {
      // It is over anyway.
    }
  }

  /** Is gone without a word. */
  public void drop() throws IOException {
    socket.setSoLinger(true, 0);
    socket.close();
  }
}
