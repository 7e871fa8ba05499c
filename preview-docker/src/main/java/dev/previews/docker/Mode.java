package dev.previews.docker;

import dev.previews.environment.EnvironmentId;

/** Which engine an environment's services run on. */
enum Mode {
  /** The engine at hand, with others. */
  SHARED("shared"),
  /** One of its own, in a privileged container. */
  ISOLATED("isolated");

  private final String label;

  Mode(String label) {
    this.label = label;
  }

  String label() {
    return label;
  }

  static String container(EnvironmentId id) {
    return "preview-" + id;
  }

  /**
   * The volume of the environment's files. A dot, which no id has, keeps it apart from other ids.
   */
  String filesVolume(EnvironmentId id) {
    return this == SHARED ? "preview-" + id : "preview-" + id + ".files";
  }

  /** The volume of an isolated engine. */
  static String dataVolume(EnvironmentId id) {
    return "preview-" + id;
  }
}
