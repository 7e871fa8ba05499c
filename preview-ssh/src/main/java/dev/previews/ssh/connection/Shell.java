package dev.previews.ssh.connection;

import dev.previews.error.ConnectionException;
import dev.previews.error.PreviewException;
import dev.previews.exec.Command;
import dev.previews.exec.Deadline;
import dev.previews.spi.RemoteProcess;
import dev.previews.ssh.link.Session;
import dev.previews.ssh.link.SshHost;
import java.io.IOException;

/** A host where commands are run as the user who logged in, or as root by way of sudo. */
public final class Shell {
  private final SshHost host;
  private final boolean sudo;

  /** A shell of this host. */
  public Shell(SshHost host, boolean sudo) {
    this.host = host;
    this.sudo = sudo;
  }

  SshHost host() {
    return host;
  }

  boolean sudo() {
    return sudo;
  }

  /**
   * Runs a command to its end.
   *
   * @return its exit code
   */
  public int run(Command command, Deadline deadline) {
    try (SshExecution execution =
        SshExecution.start(this, command.timeout(deadline.remaining()), deadline)) {
      return execution.await();
    }
  }

  Session start(byte[] program, Deadline deadline, String what) {
    try {
      return host.session(RemoteShell.entry(sudo), program, deadline);
    } catch (IOException e) {
      throw new ConnectionException(
          "'" + what + "' cannot be started on " + host + ": " + e.getMessage(), e);
    }
  }

  /** Ends a process and returns when it is gone. */
  void kill(RemoteProcess process, Deadline deadline) {
    try {
      run(Command.of(process.kill()), deadline);
    } catch (PreviewException e) {
      if (host.connections() == 0) {
        return; // it cannot be reached, so it cannot be ended
      }
      throw e;
    }
  }

  @Override
  public String toString() {
    return host.toString();
  }
}
