package dev.previews.release;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.regex.Pattern;

/** What the tests of the examples print. */
final class SampleOutput {
  private static final Pattern ENVIRONMENT = Pattern.compile("The environment is (\\S+)");

  private SampleOutput() {}

  static String environment(String output) {
    return environments(output).get(0);
  }

  /** Those that it names, of which there must be one. */
  static List<String> environments(String output) {
    List<String> named =
        ENVIRONMENT.matcher(output).results().map(it -> it.group(1)).distinct().toList();
    assertThat(named).as(output).isNotEmpty();
    return named;
  }
}
