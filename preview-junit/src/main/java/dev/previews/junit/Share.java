package dev.previews.junit;

/** Which tests use the same environment. */
public enum Share {
  /** Those of one class, and of the classes nested in it. */
  CLASS,
  /** Those of all classes in a package that ask for the same. */
  PACKAGE,
  /** Those of all classes in a run that ask for the same. */
  RUN
}
