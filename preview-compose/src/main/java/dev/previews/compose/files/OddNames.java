package dev.previews.compose.files;

/** Names that the far end's tools print differently from what they are, or in several lines. */
final class OddNames {
  private OddNames() {}

  static boolean contains(String path) {
    return path.indexOf('\n') >= 0 || path.indexOf('\r') >= 0 || path.indexOf('\\') >= 0;
  }
}
