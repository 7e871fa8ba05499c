package dev.previews.tunnel.keys;

import java.io.ByteArrayOutputStream;
import java.math.BigInteger;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/** The data types of RFC 4251: what SSH keys and signatures are written in. */
final class SshWire {
  private final ByteArrayOutputStream out = new ByteArrayOutputStream();

  SshWire number(int value) {
    out.writeBytes(ByteBuffer.allocate(4).putInt(value).array());
    return this;
  }

  SshWire bytes(byte[] value) {
    number(value.length);
    out.writeBytes(value);
    return this;
  }

  SshWire text(String value) {
    return bytes(value.getBytes(StandardCharsets.UTF_8));
  }

  SshWire raw(byte[] value) {
    out.writeBytes(value);
    return this;
  }

  byte[] toBytes() {
    return out.toByteArray();
  }

  static byte[] readBytes(ByteBuffer in) {
    try {
      int length = in.getInt();
      if (length < 0 || length > in.remaining()) {
        throw new IllegalArgumentException("a field of " + length + " bytes in " + in.remaining());
      }
      byte[] bytes = new byte[length];
      in.get(bytes);
      return bytes;
    } catch (BufferUnderflowException e) {
      throw new IllegalArgumentException("it ends too early", e);
    }
  }

  static String readText(ByteBuffer in) {
    return new String(readBytes(in), StandardCharsets.UTF_8);
  }

  static BigInteger readInteger(ByteBuffer in) {
    byte[] bytes = readBytes(in);
    if (bytes.length == 0 || bytes[0] < 0) {
      throw new IllegalArgumentException("not a positive integer");
    }
    return new BigInteger(bytes);
  }

  static void requireEnd(ByteBuffer in) {
    if (in.hasRemaining()) {
      throw new IllegalArgumentException(in.remaining() + " bytes too many");
    }
  }
}
