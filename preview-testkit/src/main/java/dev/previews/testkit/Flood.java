package dev.previews.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import dev.previews.error.ConnectionException;
import dev.previews.exec.Command;
import dev.previews.spi.Connection;
import dev.previews.spi.DuplexStream;
import dev.previews.spi.Endpoint;
import java.io.IOException;
import java.util.concurrent.ThreadLocalRandom;

/** Zeros without end to everyone who connects to a port of a machine. */
final class Flood {
  private static final String SCRIPT =
      """
      if command -v busybox >/dev/null; then
        exec busybox nc -ll -p "$0" -e cat /dev/zero
      fi
      exec perl -MIO::Socket::INET -e '
        my $s = IO::Socket::INET->new(LocalAddr => "127.0.0.1", LocalPort => $ARGV[0], Listen => 9)
          or die $!;
        while (my $c = $s->accept) { if (!fork) { 1 while print $c "\\0" x 65536; exit } }' "$0"
      """;

  private Flood() {}

  /** The command that sends them. */
  static Command command(int port) {
    return Command.of("sh", "-c", SCRIPT, Integer.toString(port));
  }

  /** Below the ports that systems choose from; the machine's network may be this one's. */
  static int somePort() {
    return ThreadLocalRandom.current().nextInt(20_000, 32_000);
  }

  /** Dials until somebody listens and has sent something. */
  static DuplexStream dial(Connection from, int port) throws InterruptedException {
    for (int i = 0; ; i++) {
      try {
        DuplexStream stream = from.dial(Endpoint.loopback(port));
        try {
          if (stream.input().read() == 0) {
            return stream;
          }
        } catch (IOException e) {
          // Nobody listens yet.
        }
        stream.close();
      } catch (ConnectionException e) {
        // Nobody listens yet.
      }
      assertThat(i).as("attempts to reach port %s", port).isLessThan(100);
      Thread.sleep(100);
    }
  }
}
