package dev.previews.compose.files;

/**
 * What the far end's file system says of an entry.
 *
 * @param changed its ctime in seconds of the far end's clock; no program can set it back
 * @param mode type and permissions
 */
record FarStat(long inode, long size, long changed, int mode) {
  private static final int PERMISSION_BITS = 0777;

  Kind kind() {
    return Kind.ofMode(mode);
  }

  /** Those that every file system keeps. */
  boolean permits(int permissions) {
    return (mode & PERMISSION_BITS) == (permissions & PERMISSION_BITS);
  }

  /**
   * {@code inode/size/changed/mode}, the mode in hexadecimal: as the far end's script prints it.
   */
  static FarStat parse(String text) {
    String[] parts = text.split("/", -1);
    if (parts.length != 4) {
      throw new IllegalArgumentException("not an entry's state: " + text);
    }
    return new FarStat(
        Long.parseLong(parts[0]),
        Long.parseLong(parts[1]),
        Long.parseLong(parts[2]),
        Integer.parseInt(parts[3], 16));
  }

  @Override
  public String toString() {
    return inode + "/" + size + "/" + changed + "/" + Integer.toHexString(mode);
  }
}
