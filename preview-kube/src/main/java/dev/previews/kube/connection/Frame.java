package dev.previews.kube.connection;

/** A part of one channel's stream. */
final class Frame {
  private final int channel;
  private final byte[] data;

  Frame(int channel, byte[] data) {
    this.channel = channel;
    this.data = data;
  }

  int channel() {
    return channel;
  }

  byte[] data() {
    return data;
  }
}
