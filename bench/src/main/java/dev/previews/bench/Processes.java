package dev.previews.bench;

import java.util.List;

/** Ends processes that were started here. */
final class Processes {
  private Processes() {}

  /** Kills a process and all that came from it. */
  static void kill(Process process) {
    List<ProcessHandle> children = process.descendants().toList();
    process.destroyForcibly();
    children.forEach(ProcessHandle::destroyForcibly);
    process.onExit().join();
  }
}
