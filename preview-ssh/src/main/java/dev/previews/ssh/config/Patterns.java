package dev.previews.ssh.config;

import java.util.List;
import java.util.Locale;

/** OpenSSH's patterns: {@code *} and {@code ?}, and {@code !} before one that must not match. */
final class Patterns {
  private Patterns() {}

  /** Whether one of them matches and none of those with {@code !} does. */
  static boolean match(List<String> patterns, String name) {
    boolean matched = false;
    for (String pattern : patterns) {
      boolean negated = pattern.startsWith("!");
      if (matches(negated ? pattern.substring(1) : pattern, name)) {
        if (negated) {
          return false;
        }
        matched = true;
      }
    }
    return matched;
  }

  private static boolean matches(String pattern, String name) {
    StringBuilder regex = new StringBuilder();
    for (char c : pattern.toLowerCase(Locale.ROOT).toCharArray()) {
      regex.append(
          switch (c) {
            case '*' -> ".*";
            case '?' -> ".";
            default -> Character.isLetterOrDigit(c) ? String.valueOf(c) : "\\" + c;
          });
    }
    return name.toLowerCase(Locale.ROOT).matches(regex.toString());
  }
}
