package dev.previews.gateway.ssh;

import java.io.IOException;
import org.apache.sshd.common.channel.LocalWindow;

/**
 * The small part of a channel's window that its client is told at first. OpenSSH keeps as much
 * memory for a channel that has sent anything as it might have sent, up to 32 KiB. What is held
 * back counts as used, so that a client that sends more is refused; once half of the part was used,
 * the client gets all of it at once.
 */
final class FirstWindow {
  private final LocalWindow window;
  private long size;
  private long heldBack;
  private long used;

  /** Begins with all of the window. */
  FirstWindow(LocalWindow window) {
    this.window = window;
  }

  /**
   * Begins with a part of the window; call it when that is set and before the client is told.
   *
   * @param part how many bytes
   */
  synchronized void begin(long part) throws IOException {
    size = part;
    heldBack = window.getSize() - part;
    window.consume(heldBack);
  }

  /** Received bytes were used. */
  void used(long bytes) throws IOException {
    window.release(due(bytes));
  }

  private synchronized long due(long bytes) {
    if (heldBack == 0) {
      return bytes;
    }
    used += bytes;
    if (used <= size / 2) {
      return 0;
    }
    long all = heldBack + used;
    heldBack = 0;
    return all;
  }
}
