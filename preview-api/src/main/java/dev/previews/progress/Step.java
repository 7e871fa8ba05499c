package dev.previews.progress;

/** The steps of {@code up}, in their order; {@link #FILES} and {@link #IMAGES} go on at once. */
public enum Step {
  /** Reads the project and decides the environment's id. */
  IDENTIFY("reading the project"),
  /** Decides the URLs. */
  PLAN("planning URLs"),
  /** Resolves the Compose model, and looks whether all that it needs of this machine is there. */
  MODEL("resolving the model"),
  /** Finds, creates or replaces the machine: before it, nothing is created. */
  MACHINE("preparing the machine"),
  /** Connects to the machine's engine. */
  CONNECT("connecting"),
  /** Copies the files that differ. */
  FILES("copying files"),
  /** Builds images, or sends those that the machine lacks. */
  IMAGES("preparing images"),
  /** Creates and starts what changed, and waits until it is ready. */
  DEPLOY("deploying"),
  /** Opens the URLs. */
  TUNNELS("opening URLs");

  private final String label;

  Step(String label) {
    this.label = label;
  }

  /** The step in words, for people. */
  public String label() {
    return label;
  }
}
