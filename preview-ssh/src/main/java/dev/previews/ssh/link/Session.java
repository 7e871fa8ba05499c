package dev.previews.ssh.link;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.OptionalInt;
import java.util.concurrent.CompletionStage;

/** A command that runs on a host: its streams and its end. Thread-safe. */
public final class Session implements AutoCloseable {
  private final SessionChannel channel;

  Session(SessionChannel channel) {
    this.channel = channel;
  }

  /** What it prints. */
  public InputStream output() {
    return channel.input();
  }

  /** What it prints to its standard error. */
  public InputStream errors() {
    return channel.errors();
  }

  /** What it reads; unbuffered. */
  public OutputStream input() {
    return channel.output();
  }

  /** Ends its input; harmless twice. */
  public void endInput() {
    try {
      channel.output().end();
    } catch (IOException e) {
      // It is lost: nobody is left to be told.
    }
  }

  /** Done when it has ended, or was lost. */
  public CompletionStage<Void> over() {
    return channel.over();
  }

  /** Its exit code, 128 + n after signal n; empty as long as it runs, and when none came. */
  public OptionalInt exitCode() {
    Integer code = channel.exitCode();
    return code == null ? OptionalInt.empty() : OptionalInt.of(code);
  }

  /** Closes its streams at once; the command itself may go on. Closing twice is harmless. */
  @Override
  public void close() {
    channel.close();
  }
}
