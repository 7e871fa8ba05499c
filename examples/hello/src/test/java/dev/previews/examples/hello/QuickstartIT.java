package dev.previews.examples.hello;

import static org.assertj.core.api.Assertions.assertThat;

import dev.previews.machines.TestImages;
import java.io.IOException;
import java.net.HttpURLConnection;
import java.net.URL;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** The first of the README's two commands; under an id of its own, since the user's may be up. */
class QuickstartIT {
  private static final String ID = "quickstart-it-" + ProcessHandle.current().pid();
  private static final Pattern ANSWERS = Pattern.compile("(http://\\S+) answers: ");
  private static final Pattern TOOK = Pattern.compile("up in ([0-9.]+) s");

  /** A service that runs is left running; the one-shot ones run once more. */
  private static final String RUNNING =
      "{{if .State.Running}}{{.Id}} {{.State.StartedAt}}{{else}}{{.Id}}{{end}}";

  @Test
  void bringsTheExampleUpTwiceAndTakesItDown() throws Exception {
    TestImages.requireEngine();
    try {
      Shell first = quickstart("up");
      assertThat(first.exitCode()).as(first.output()).isZero();
      assertThat(first.output())
          .containsPattern("http://127\\.0\\.0\\.1:\\d+ answers: 200 <!doctype html>")
          .containsPattern("http://127\\.0\\.0\\.1:\\d+ answers: 200 \\{\"message\":\"hello\"");
      assertThat(urls(first)).hasSize(2).allSatisfy(it -> assertThat(status(it)).isEqualTo(200));
      String containers = containers();
      assertThat(containers.lines()).hasSizeGreaterThan(2);

      Shell second = quickstart("up");
      assertThat(second.exitCode()).as(second.output()).isZero();
      assertThat(containers()).isEqualTo(containers);
      assertThat(urls(second)).isEqualTo(urls(first));
      assertThat(took(second)).as(second.output()).isLessThan(30);
    } finally {
      Shell down = quickstart("down");
      assertThat(down.exitCode()).as(down.output()).isZero();
      assertThat(down.output()).contains("removed " + ID);
    }
    assertThat(containers()).isEmpty();
  }

  private static List<String> urls(Shell up) {
    return ANSWERS.matcher(up.output()).results().map(it -> it.group(1)).toList();
  }

  private static int status(String url) throws IOException {
    return ((HttpURLConnection) new URL(url).openConnection()).getResponseCode();
  }

  private static double took(Shell up) {
    Matcher took = TOOK.matcher(up.output());
    assertThat(took.find()).as(up.output()).isTrue();
    return Double.parseDouble(took.group(1));
  }

  private static Shell quickstart(String verb) throws Exception {
    return Shell.run(Shell.root(), "env", "PREVIEW_ID=" + ID, "./quickstart", verb);
  }

  /** The environment's containers, and since when those run that run. */
  private static String containers() throws Exception {
    Shell found =
        Shell.run(
            Shell.root(),
            "sh",
            "-c",
            "docker ps -a -q --no-trunc --filter \"label=dev.previews.environment=$0\" | sort"
                + " | xargs -r docker inspect --format \"$1\"",
            ID,
            RUNNING);
    assertThat(found.exitCode()).as(found.output()).isZero();
    return found.output();
  }
}
