package dev.previews.compose.images;

import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** What BuildKit's plain output says of services. */
final class BuildOutput {
  // Of " > [web 2/3] RUN make:" and of "target web: failed to solve: ...".
  private static final Pattern STEP = Pattern.compile("^ *> \\[([^\\] ]+) [^\\]]*\\].*:$");
  private static final Pattern TARGET = Pattern.compile("^target ([^: ]+): failed.*");

  private BuildOutput() {}

  /** Those of the services that failed; all of them when the output does not say. */
  static List<String> failed(List<String> services, String tail) {
    List<String> named =
        tail.lines()
            .flatMap(
                line ->
                    List.of(STEP, TARGET).stream()
                        .map(pattern -> pattern.matcher(line))
                        .filter(Matcher::matches)
                        .map(matcher -> matcher.group(1)))
            .filter(services::contains)
            .distinct()
            .toList();
    return named.isEmpty() ? services : named;
  }
}
