package dev.previews.compose.cli;

/**
 * What a child process may use before it is ended.
 *
 * @param stdoutBytes of standard output
 * @param memoryBytes of main memory, itself and its children; watched on Linux
 */
record Limits(long stdoutBytes, long memoryBytes) {
  private static final long MIB = 1024 * 1024;

  /** For a tool that turns input of unknown origin into output. */
  static final Limits PARSING = new Limits(64 * MIB, 512 * MIB);

  /** For a tool that works as long as it takes. */
  static final Limits WORKING = new Limits(64 * MIB, Long.MAX_VALUE);
}
