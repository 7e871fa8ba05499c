package dev.previews.gateway.tunnels;

import java.util.Optional;
import java.util.regex.Pattern;

/**
 * A script that is added to HTML pages.
 *
 * @param source its {@code src}
 * @param async whether it carries {@code async}
 * @param defer whether it carries {@code defer}
 * @param paths which paths it is added to; empty for all
 */
public record InjectedScript(String source, boolean async, boolean defer, Optional<Pattern> paths) {
  /** Whether it is added to the page at a path; a pattern that takes too long fits nothing. */
  public boolean appliesTo(String uri) {
    try {
      return paths.map(pattern -> pattern.matcher(new BoundedText(uri)).find()).orElse(true);
    } catch (BoundedText.SpentException | StackOverflowError e) {
      return false;
    }
  }
}
