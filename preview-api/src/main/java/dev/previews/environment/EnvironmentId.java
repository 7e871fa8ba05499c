package dev.previews.environment;

import dev.previews.error.InvalidInputException;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Locale;
import java.util.regex.Pattern;

/**
 * The name of an environment: 1 to 40 characters of {@code a-z}, {@code 0-9} and {@code -}, that
 * begins with a letter and does not end with a dash. Safe as a DNS label, a Kubernetes label value
 * and object name, a Docker object name and a file name.
 *
 * <p>An id that is {@linkplain #derive derived} from a project and a branch is never the one of
 * another project and branch.
 */
public record EnvironmentId(String value) implements Comparable<EnvironmentId> {
  private static final int MOST = 40;
  private static final Pattern VALID = Pattern.compile("[a-z]([a-z0-9-]{0,38}[a-z0-9])?");
  private static final int DIGEST = 8;

  /** What {@link #derive} puts at the end when the plain form would not be unique. */
  private static final Pattern ENDS_LIKE_A_DIGEST = Pattern.compile(".*-[0-9][0-9a-z]{7}");

  /**
   * An id, as given.
   *
   * @throws InvalidInputException when it is not valid; the message says what is
   */
  public EnvironmentId {
    if (!VALID.matcher(value).matches()) {
      throw new InvalidInputException(
          "'"
              + value
              + "' is not a valid environment id: use 1 to 40 characters of a-z, 0-9 and '-',"
              + " beginning with a letter, not ending with '-'");
    }
  }

  /** An id, as given. The same as the constructor. */
  public static EnvironmentId of(String value) {
    return new EnvironmentId(value);
  }

  /**
   * The id of a project's branch: {@code <project>-<branch>} where that is valid and says which
   * part is which; otherwise both made safe and cut, with 8 characters of a digest of the originals
   * at the end.
   *
   * @throws InvalidInputException when either is blank
   */
  public static EnvironmentId derive(String project, String branch) {
    if (project.isBlank() || branch.isBlank()) {
      throw new InvalidInputException(
          "an environment id needs a project and a branch; got '"
              + project
              + "' and '"
              + branch
              + "': give an id with id(\"…\")");
    }
    String plain = project + "-" + branch;
    // A dash in the project would make a-b + c the same as a + b-c.
    if (project.indexOf('-') < 0
        && VALID.matcher(plain).matches()
        && !ENDS_LIKE_A_DIGEST.matcher(plain).matches()) {
      return new EnvironmentId(plain);
    }
    String safe =
        plain.toLowerCase(Locale.ROOT).replaceAll("[^a-z0-9]+", "-").replaceAll("^[^a-z]+", "");
    String cut =
        safe.substring(0, Math.min(safe.length(), MOST - DIGEST - 1)).replaceAll("-+$", "");
    return new EnvironmentId((cut.isEmpty() ? "env" : cut) + "-" + digest(project + '\0' + branch));
  }

  /** 8 characters, the first one a digit: about 39 bits of a SHA-256. */
  private static String digest(String original) {
    try {
      byte[] hash =
          MessageDigest.getInstance("SHA-256").digest(original.getBytes(StandardCharsets.UTF_8));
      String digits = new BigInteger(1, hash).toString(36);
      return digits.charAt(digits.length() - 1) % 10 + digits.substring(1, DIGEST);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has SHA-256", e);
    }
  }

  @Override
  public int compareTo(EnvironmentId other) {
    return value.compareTo(other.value);
  }

  @Override
  public String toString() {
    return value;
  }
}
