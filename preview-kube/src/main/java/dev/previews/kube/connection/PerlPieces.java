package dev.previews.kube.connection;

/**
 * How a program in Perl reads input that comes in pieces, each after a line with its length; a
 * length of 0 is the end.
 */
final class PerlPieces {
  /**
   * Two functions. {@code put(to, bytes)} writes all of them, and returns whether it could. {@code
   * pieces(take)} calls {@code take} with what comes, as it comes, and returns whether the end was
   * among it.
   *
   * <p>There is no single quote in them: a shell can have them between two.
   */
  static final String FUNCTIONS =
      """
      sub put {
        my ($to, $bytes) = @_;
        for (my $o = 0; $o < length $bytes;) {
          my $w = syswrite($to, $bytes, length($bytes) - $o, $o);
          return 0 unless defined $w;
          $o += $w;
        }
        return 1;
      }
      sub pieces {
        my ($take) = @_;
        while (1) {
          my $n = "";
          while (1) {
            sysread(STDIN, my $c, 1) or return 0;
            last if $c eq "\\n";
            $n .= $c;
          }
          return 1 if $n == 0;
          while ($n > 0) {
            my $r = sysread(STDIN, my $b, $n < 65536 ? $n : 65536) or return 0;
            $n -= $r;
            $take->($b);
          }
        }
      }
      """;

  private PerlPieces() {}
}
