package dev.previews.compose.cli;

import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The version of a Compose CLI, as far as it matters. */
record CliVersion(int major, int minor) implements Comparable<CliVersion> {
  /** The first one that includes other files and waits for what it should. */
  static final CliVersion NEEDED = new CliVersion(2, 20);

  private static final Pattern NUMBERS = Pattern.compile("v?(\\d{1,6})\\.(\\d{1,6})\\b.*");

  /** What {@code version --short} prints; empty when that is no version. */
  static Optional<CliVersion> parse(String text) {
    Matcher matcher = NUMBERS.matcher(text.strip());
    return matcher.matches()
        ? Optional.of(
            new CliVersion(Integer.parseInt(matcher.group(1)), Integer.parseInt(matcher.group(2))))
        : Optional.empty();
  }

  @Override
  public int compareTo(CliVersion other) {
    return major != other.major
        ? Integer.compare(major, other.major)
        : Integer.compare(minor, other.minor);
  }

  @Override
  public String toString() {
    return major + "." + minor;
  }
}
