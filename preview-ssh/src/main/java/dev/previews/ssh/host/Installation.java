package dev.previews.ssh.host;

import dev.previews.error.RemoteCommandException;
import dev.previews.exec.Command;
import dev.previews.spi.Context;
import dev.previews.ssh.connection.ReportedOutput;
import dev.previews.ssh.connection.Shell;

/** Installs Docker on a host, from the distribution's own packages; again, and nothing changes. */
final class Installation {
  static final String SCRIPT = Script.read("install-docker.sh");

  private Installation() {}

  /**
   * Installs and starts it.
   *
   * @param root a shell whose commands are root's
   */
  static void run(Shell root, Survey survey, Context call) {
    call.notice("installing Docker on " + root);
    ReportedOutput output = ReportedOutput.of(call);
    int code =
        root.run(
            Command.of("sh", "-c", SCRIPT, "install-docker", survey.root() ? "" : survey.user())
                .stdout(output)
                .stderr(output.beside()),
            call.deadline());
    if (code != 0) {
      throw new RemoteCommandException(
          "Docker cannot be installed on "
              + root
              + " (exit code "
              + code
              + "); do it there by hand: "
              + Problems.installation(survey),
          output.last(),
          null);
    }
  }
}
