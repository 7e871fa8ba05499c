package dev.previews.compose.model;

import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The variables that stand for URLs, which nobody knows before the project was read once. */
final class UrlVariables {
  private static final Pattern NAME =
      Pattern.compile(
          "\\b(?:PREVIEW_(?:URL|HOST|PORT)|PREEVY_BASE_URI)_[A-Z0-9_]+|\\bPREVIEW_ID\\b");

  private UrlVariables() {}

  /** A value for each of them that these texts mention. */
  static Map<String, String> placeholders(List<String> texts) {
    Map<String, String> placeholders = new TreeMap<>();
    for (String text : texts) {
      Matcher matcher = NAME.matcher(text);
      while (matcher.find()) {
        placeholders.put(matcher.group(), placeholder(matcher.group()));
      }
    }
    return placeholders;
  }

  private static String placeholder(String name) {
    if (name.startsWith("PREVIEW_PORT_")) {
      return "80";
    }
    return name.startsWith("PREVIEW_HOST_") || name.equals("PREVIEW_ID")
        ? "localhost"
        : "http://localhost";
  }
}
