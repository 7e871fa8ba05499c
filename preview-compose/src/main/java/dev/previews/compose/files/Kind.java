package dev.previews.compose.files;

/** The kinds of entries, by the type bits of a mode. */
enum Kind {
  FILE('f', 0100000),
  DIRECTORY('d', 0040000),
  LINK('l', 0120000),
  OTHER('o', 0);

  private static final int TYPE_BITS = 0170000;

  private final char letter;
  private final int type;

  Kind(char letter, int type) {
    this.letter = letter;
    this.type = type;
  }

  char letter() {
    return letter;
  }

  static Kind ofMode(int mode) {
    for (Kind kind : values()) {
      if ((mode & TYPE_BITS) == kind.type) {
        return kind;
      }
    }
    return OTHER;
  }

  static Kind ofLetter(char letter) {
    for (Kind kind : values()) {
      if (kind.letter == letter) {
        return kind;
      }
    }
    throw new IllegalArgumentException("not a kind of entry: " + letter);
  }
}
