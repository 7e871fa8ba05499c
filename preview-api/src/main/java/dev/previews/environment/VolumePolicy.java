package dev.previews.environment;

/** What becomes of an environment's data when it is taken down. */
public enum VolumePolicy {
  /** Its volumes go with it: nothing is left. */
  REMOVE,
  /** Its volumes stay, and the next {@code up} of the same id finds them. */
  KEEP
}
