package dev.previews.compose.files;

import java.util.Arrays;

/** A digest that the far end computes of its files, and how its tool prints it. */
enum FarDigest {
  /** By {@code openssl}, which uses the processor's own instructions. */
  SHA256("sha256", " *", "stdin"),
  /** By {@code md5sum}: no other tool that busybox always has is as fast. */
  MD5("md5", "  ", "-");

  private final String word;
  private final String separator;
  private final String nameless;

  FarDigest(String word, String separator, String nameless) {
    this.word = word;
    this.separator = separator;
    this.nameless = nameless;
  }

  static FarDigest ofWord(String word) {
    return Arrays.stream(values())
        .filter(digest -> digest.word.equals(word))
        .findFirst()
        .orElseThrow(() -> new IllegalArgumentException("not a digest: '" + word + "'"));
  }

  /** What the far end's script calls it. */
  String word() {
    return word;
  }

  /** The line that is printed of a file. */
  String line(String hex, String path) {
    return hex + separator + "./" + path + "\n";
  }

  /** The line that is printed of a file whose name is not told. */
  String namelessLine(String hex) {
    return hex + separator + nameless + "\n";
  }
}
