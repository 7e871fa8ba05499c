package dev.previews.compose.files;

/**
 * What a file holds, by its digests.
 *
 * @param sha256 decides whether two files of this machine are the same
 * @param md5 what the far end is asked for: it computes no other digest as fast
 */
record Content(String sha256, String md5) {
  /** That of entries which are not files. */
  static final Content NONE = new Content("-", "-");
}
