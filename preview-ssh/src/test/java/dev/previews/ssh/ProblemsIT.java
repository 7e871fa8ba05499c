package dev.previews.ssh;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.previews.error.RemoteCommandException;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/**
 * A machine whose Docker is too old, whose disk is full, and on which a user has hardly a right:
 * all that is in the way is said right after connecting, at once, and what to do about it.
 */
class ProblemsIT {
  @RegisterExtension static final SshMachine MACHINE = SshMachine.bare();

  /** What an engine of 2020 answers to what it is asked. Not one that old runs here. */
  private static final String OLD_ENGINE =
      """
      cat >/old-engine <<'END'
      use IO::Socket::UNIX;
      my $s = IO::Socket::UNIX->new(Local => "/var/run/docker.sock", Listen => 9) or die $!;
      chmod 0660, "/var/run/docker.sock";
      while (my $c = $s->accept) {
        next if fork;
        my $path;
        while (<$c>) { $path = $1 if m{^GET (?:/v[0-9.]+)?(/\\S*)}; last if /^\\r?$/ }
        my ($status, $body) = $path eq "/_ping" ? ("200 OK", "OK")
          : $path eq "/info" ? ("200 OK", '{"ServerVersion":"19.03.15","DockerRootDir":"/full"}')
          : ("404 Not Found", '{"message":"page not found"}');
        print $c "HTTP/1.1 $status\\r\\nApi-Version: 1.40\\r\\nContent-Type: application/json\\r\\n",
          "Content-Length: ", length $body, "\\r\\nConnection: close\\r\\n\\r\\n", $body;
        exit;
      }
      END
      setsid perl /old-engine >/var/log/old-engine 2>&1 </dev/null &
      until [ -S /var/run/docker.sock ]; do sleep 0.1; done
      chgrp docker /var/run/docker.sock
      printf '#!/bin/sh\\necho Docker version 19.03.15, build 99e3ed8919\\n' >/usr/sbin/dockerd
      """;

  @BeforeAll
  static void spoil() throws Exception {
    MACHINE.exec(OLD_ENGINE);
    MACHINE.exec("mkdir -m 777 /full && mount -t tmpfs -o size=100m,mode=755 tmpfs /full");
    MACHINE.addUser("alice", "docker");
    MACHINE.addUser("carol", "");
  }

  @Test
  void anEngineThatIsTooOldAndAFullDiskAndAMissingRight() {
    assertThatThrownBy(() -> open("alice"))
        .isInstanceOf(RemoteCommandException.class)
        .hasMessageContaining("alice@" + MACHINE.address() + " cannot hold environments")
        .hasMessageContaining("its Docker 19.03.15 is too old: 20.10 or newer is needed")
        .hasMessageContaining("run `sudo apt-get install -y docker.io` there")
        .hasMessageContaining("alice may not write to /full, where the directory /full/previews")
        .hasMessageContaining("the disk with /full/previews is full: 100 MB are free; make room");
  }

  @Test
  void anEngineThatIsTooOldBehindASocketThatIsClosed() {
    assertThatThrownBy(() -> open("carol"))
        .isInstanceOf(RemoteCommandException.class)
        .hasMessageContaining("carol may not use the Docker engine at /var/run/docker.sock")
        .hasMessageContaining("sudo usermod -aG docker carol")
        .hasMessageContaining("its Docker 19.03.15 is too old: 20.10 or newer is needed")
        .hasMessageContaining("carol may not write to /full, where the directory /full/previews")
        .hasMessageContaining("the disk with /full/previews is full: 100 MB are free; make room");
  }

  private static void open(String user) {
    MACHINE.driver(user).directory("/full/previews").open(Opened.context()).close();
  }
}
