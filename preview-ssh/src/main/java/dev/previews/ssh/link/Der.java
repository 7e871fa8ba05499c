package dev.previews.ssh.link;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** A value of DER: its tag and its content. */
final class Der {
  static final int OCTETS = 0x04;
  static final int OID = 0x06;
  static final int SEQUENCE = 0x30;

  private final int tag;
  private final byte[] content;

  private Der(int tag, byte[] content) {
    this.tag = tag;
    this.content = content;
  }

  int tag() {
    return tag;
  }

  byte[] content() {
    return content;
  }

  /** The one value that these bytes are. */
  static Der parse(byte[] bytes) throws IOException {
    List<Der> all = all(bytes);
    if (all.isEmpty()) {
      throw new IOException("it is empty");
    }
    return all.get(0);
  }

  /** The values inside of this one. */
  List<Der> inside() throws IOException {
    return all(content);
  }

  private static List<Der> all(byte[] bytes) throws IOException {
    List<Der> values = new ArrayList<>();
    int at = 0;
    while (at < bytes.length) {
      int tag = bytes[at++] & 0xff;
      int length = at < bytes.length ? bytes[at++] & 0xff : -1;
      if (length > 0x80 && length <= 0x84) {
        int more = length - 0x80;
        length = 0;
        for (int i = 0; i < more && at < bytes.length; i++) {
          length = length << 8 | bytes[at++] & 0xff;
        }
      }
      if (length < 0 || length > bytes.length - at) {
        throw new IOException("it is cut off, or no DER");
      }
      values.add(new Der(tag, Arrays.copyOfRange(bytes, at, at + length)));
      at += length;
    }
    return values;
  }

  /** A value of this tag with these bytes inside. */
  static byte[] of(int tag, byte[]... parts) {
    int length = Arrays.stream(parts).mapToInt(part -> part.length).sum();
    byte[] head = head(tag, length);
    byte[] all = Arrays.copyOf(head, head.length + length);
    int at = head.length;
    for (byte[] part : parts) {
      System.arraycopy(part, 0, all, at, part.length);
      at += part.length;
    }
    return all;
  }

  /** The length is as short as it can be, or the JDK refuses it. */
  private static byte[] head(int tag, int length) {
    if (length < 0x80) {
      return new byte[] {(byte) tag, (byte) length};
    }
    return length < 0x100
        ? new byte[] {(byte) tag, (byte) 0x81, (byte) length}
        : new byte[] {(byte) tag, (byte) 0x82, (byte) (length >> 8), (byte) length};
  }
}
