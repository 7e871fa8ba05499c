package dev.previews.examples.hello;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** The first of the README's two commands. */
class QuickstartIT {
  @Test
  void bringsTheExampleUpTwiceAndTakesItDown() throws Exception {
    Engine.require();
    try {
      Shell first = quickstart();
      assertThat(first.exitCode()).as(first.output()).isZero();
      assertThat(first.output())
          .containsPattern("http://127\\.0\\.0\\.1:\\d+ answers: 200 <!doctype html>")
          .containsPattern("http://127\\.0\\.0\\.1:\\d+ answers: 200 \\{\"message\":\"hello\"");
      String containers = containers();
      assertThat(containers).isNotEmpty();

      Shell second = quickstart();
      assertThat(second.exitCode()).as(second.output()).isZero();
      assertThat(containers()).isEqualTo(containers);
    } finally {
      Shell down = quickstart("down");
      assertThat(down.exitCode()).as(down.output()).isZero();
    }
    assertThat(containers()).isEmpty();
  }

  private static Shell quickstart(String... arguments) throws Exception {
    String[] argv = new String[arguments.length + 1];
    argv[0] = "./quickstart";
    System.arraycopy(arguments, 0, argv, 1, arguments.length);
    return Shell.run(Shell.root(), argv);
  }

  private static String containers() throws Exception {
    return Shell.run(
            Shell.root(),
            "docker",
            "ps",
            "-a",
            "-q",
            "--no-trunc",
            "--filter",
            "label=dev.previews.environment=hello")
        .output();
  }
}
