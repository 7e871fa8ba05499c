package dev.previews.compose.files;

/**
 * What a file holds, by its digests.
 *
 * @param sha256 decides whether two files of this machine are the same
 * @param md5 what a far end is asked for that computes no other digest as fast; {@value #UNKNOWN}
 *     where it went to another one
 */
record Content(String sha256, String md5) {
  private static final String UNKNOWN = "-";

  /** That of entries which are not files. */
  static final Content NONE = new Content(UNKNOWN, UNKNOWN);

  static Content ofSha256(String sha256) {
    return new Content(sha256, UNKNOWN);
  }

  /** The digest to ask a far end for that computes {@code fast} fastest: one that is known. */
  FarDigest digestFor(FarDigest fast) {
    return md5.equals(UNKNOWN) ? FarDigest.SHA256 : fast;
  }

  String hex(FarDigest digest) {
    return digest == FarDigest.SHA256 ? sha256 : md5;
  }
}
