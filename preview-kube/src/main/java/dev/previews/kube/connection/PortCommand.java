package dev.previews.kube.connection;

import dev.previews.exec.Command;

/**
 * A command at the far end that is a TCP connection to a port of its loopback, and ends each
 * direction on its own. It needs one of the programs that machines have: Perl (Debian), or busybox
 * (the public images), which costs a process for each message.
 */
final class PortCommand {
  /** Called with the program for Perl, the port, the end mark and the script for busybox. */
  private static final String SCRIPT =
      """
      if command -v perl >/dev/null; then exec perl -MSocket -e "$0" "$1" "$2"; fi
      exec sh -c "$3" "$2" busybox nc 127.0.0.1 "$1"
      """;

  /**
   * Its input comes in pieces as {@link RemoteShell#FRAMED} says. One that breaks off resets the
   * connection, since the peer must not take it for an end.
   */
  private static final String PERL =
      PerlPieces.FUNCTIONS
          + """
          my ($port, $mark) = @ARGV;
          $SIG{PIPE} = 'IGNORE';
          socket(my $s, PF_INET, SOCK_STREAM, 0) or die "socket: $!\\n";
          setsockopt($s, IPPROTO_TCP, TCP_NODELAY, 1);
          connect($s, sockaddr_in($port, INADDR_LOOPBACK)) or die "port $port: $!\\n";
          my $parent = $$;
          my $child = fork();
          die "fork: $!\\n" unless defined $child;
          if (!$child) {
            sub broken {
              setsockopt($s, SOL_SOCKET, SO_LINGER, pack('ii', 1, 0));
              kill 'KILL', $parent;
              exit 1;
            }
            my $open = 1;
            pieces(sub { $open &&= put($s, $_[0]) }) or broken();
            shutdown($s, 1);
            exit 0;
          }
          while (1) {
            my $n = sysread($s, my $b, 65536);
            if (!defined $n) {
              print STDERR "port $port: $!\\n";
              kill 'KILL', $child;
              exit 1;
            }
            last unless $n;
            put(*STDOUT, $b) or exit 1;
          }
          print STDERR "$mark\\n";
          waitpid($child, 0);
          """;

  private PortCommand() {}

  /** Exits with 0 where one of the programs is there. */
  static Command probe() {
    return Command.of(
        "sh", "-c", "command -v perl >/dev/null || busybox nc --help >/dev/null 2>&1");
  }

  /** The connection, which says by the mark that it has ended. */
  static Command to(int port, String endMark) {
    return Command.of("sh", "-c", SCRIPT, PERL, String.valueOf(port), endMark, RemoteShell.FRAMED);
  }
}
