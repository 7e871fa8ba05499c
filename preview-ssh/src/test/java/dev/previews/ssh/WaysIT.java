package dev.previews.ssh;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Which way to the engine is taken while the engine comes up. */
class WaysIT {
  @RegisterExtension static final SshMachine MACHINE = SshMachine.bare();

  /**
   * A socket where nobody listens yet is refused as one that sshd does not forward to. The engine
   * comes up between that and the try with the Docker CLI, which must not stand for good.
   */
  @Test
  void anEngineThatComesUpMeanwhileIsForwardedTo() throws Exception {
    MACHINE.exec(
        """
        perl -MIO::Socket::UNIX -e '
          IO::Socket::UNIX->new(Local => "/var/run/docker.sock", Listen => 1) or die $!'
        [ -S /var/run/docker.sock ]
        cat >/usr/local/bin/docker <<'END'
        #!/bin/sh
        case "$*" in
          *dial-stdio*)
            echo asked >>/asked
            until /usr/bin/docker version >/dev/null 2>&1; do
              pgrep -x dockerd >/dev/null || setsid dockerd >/var/log/dockerd 2>&1 </dev/null &
              sleep 0.5
            done
            ;;
        esac
        exec /usr/bin/docker "$@"
        END
        chmod +x /usr/local/bin/docker
        """);
    try (Opened opened = Opened.on(MACHINE.driver())) {
      assertThat(MACHINE.exec("cat /asked")).isEqualTo("asked");
      assertThat(opened.machine.properties()).containsEntry("way", "FORWARDED");
    }
  }
}
