package dev.previews.ssh;

import dev.previews.machines.SshContainer;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/** A machine of the tests of a class, as the driver and OpenSSH reach it. */
final class SshMachine extends SshContainer {
  private SshMachine(boolean engine, List<String> options) {
    super(engine, options);
  }

  /** With sshd options as {@code MaxSessions=2}. */
  static SshMachine with(String... sshdOptions) {
    return new SshMachine(true, List.of(sshdOptions));
  }

  /** Without Docker's socket: nothing runs but sshd. */
  static SshMachine bare(String... sshdOptions) {
    return new SshMachine(false, List.of(sshdOptions));
  }

  OpenSsh openSsh(String user) {
    return new OpenSsh(user + "@" + address(), Lab.key(), knownHosts());
  }

  /** As root, with the lab's key. */
  Ssh driver() {
    return driver("root");
  }

  Ssh driver(String user) {
    return Ssh.ssh(user + "@" + address())
        .config(Path.of("/dev/null"))
        .identity(Lab.key())
        .knownHosts(knownHosts())
        .connectTimeout(Duration.ofSeconds(30)); // other tests may have the processors
  }

  SshPlace place() {
    return place("root", "");
  }

  SshPlace place(String user, String more) {
    return new SshPlace(openSsh(user), more, this::reboot);
  }

  /** Another user of the machine, who has the lab's key. */
  void addUser(String user, String groups) throws IOException, InterruptedException {
    exec(
        "useradd -m -s /bin/sh "
            + (groups.isEmpty() ? "" : "-G " + groups + " ")
            + user
            + " && cp -r /root/.ssh /home/"
            + user
            + " && chown -R "
            + user
            + " /home/"
            + user
            + "/.ssh");
  }
}
