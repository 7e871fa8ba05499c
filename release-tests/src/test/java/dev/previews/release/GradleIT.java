package dev.previews.release;

import static org.assertj.core.api.Assertions.assertThat;

import dev.previews.machines.Needed;
import dev.previews.machines.TestImages;
import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The sample project as Gradle builds it, with what is published from a local repository. */
class GradleIT {
  private static final Pattern JUNIT = Pattern.compile("def junit = '([^']+)'");

  @TempDir Path directory;

  @Test
  void theSampleProjectPassesAndLeavesNothing() throws Exception {
    Needed.check(isThere("gradle"), "gradle on the path (on Debian: apt-get install gradle)");
    Path project = Example.copy("sample", directory.resolve("shop"));
    fetch("org.junit.platform:junit-platform-console-standalone:" + versionOfJUnit(project));
    try (SamplePlace place = new SampleEngine()) {
      String output =
          Command.of(
                  project,
                  "gradle",
                  "--offline",
                  "--no-daemon",
                  "--gradle-user-home=" + directory.resolve("gradle"),
                  "-Prepository=" + Command.repository().toUri(),
                  "-Dpreview.driver=" + place.driver(),
                  "shopTest")
              .environment("BASE_IMAGE", TestImages.busybox())
              .output();

      assertThat(output).contains("2 tests successful");
      assertThat(place.leftovers(SampleOutput.environment(output))).isEmpty();
    }
  }

  private static boolean isThere(String program) {
    return Stream.of(System.getenv("PATH").split(Pattern.quote(File.pathSeparator)))
        .anyMatch(folder -> Files.isExecutable(Path.of(folder, program)));
  }

  /** To where Gradle takes the rest from. */
  private void fetch(String artifact) throws Exception {
    Command.maven(
            directory,
            Consumer.plugin("maven-dependency-plugin") + ":get",
            "-Dtransitive=false",
            "-Dartifact=" + artifact)
        .output();
  }

  private static String versionOfJUnit(Path project) throws Exception {
    var version = JUNIT.matcher(Files.readString(project.resolve("build.gradle")));
    assertThat(version.find()).isTrue();
    return version.group(1);
  }
}
