package dev.previews.junit;

import dev.previews.error.InvalidInputException;
import java.time.Duration;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A duration as an annotation can hold it. */
final class TimeToLive {
  private static final Pattern PARTS =
      Pattern.compile("(?:(\\d{1,9})d)?(?:(\\d{1,9})h)?(?:(\\d{1,9})m)?(?:(\\d{1,9})s)?");

  private TimeToLive() {}

  static Duration parse(String text) {
    Matcher parts = PARTS.matcher(text);
    if (text.isEmpty() || !parts.matches()) {
      throw new InvalidInputException(
          "the ttl '" + text + "' is no duration: write 90s, 10m, 1h30m or 7d");
    }
    return Duration.ofDays(number(parts, 1))
        .plusHours(number(parts, 2))
        .plusMinutes(number(parts, 3))
        .plusSeconds(number(parts, 4));
  }

  private static long number(Matcher parts, int group) {
    String digits = parts.group(group);
    return digits == null ? 0 : Long.parseLong(digits);
  }
}
