package dev.previews.release;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.previews.Previews;
import dev.previews.machines.TestImages;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.Named;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The examples of whole projects, as somebody has them who gets our modules from a repository. */
class SampleProjectIT {
  private static final Duration TTL = Duration.ofSeconds(10);

  @TempDir Path directory;

  static Stream<Named<Supplier<SamplePlace>>> places() {
    return Stream.of(
        Named.of("Docker", SampleEngine::new), Named.of("Kubernetes", SampleCluster::new));
  }

  @ParameterizedTest
  @MethodSource("places")
  void passesWhereverItsTestsRunAndLeavesNothing(Supplier<SamplePlace> where) throws Exception {
    try (SamplePlace place = where.get()) {
      String output =
          sample("one", "-Dpreview.driver=" + place.driver(), "-Dtest=ShopTest").output();

      assertThat(place.leftovers(SampleOutput.environment(output))).isEmpty();
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"maven", "spring"})
  void theExamplesOfOtherToolsPassAndLeaveNothing(String example) throws Exception {
    try (SamplePlace place = new SampleEngine()) {
      String output =
          Command.maven(
                  Example.copy(example, directory.resolve(example)),
                  "-Dpreview.driver=" + place.driver(),
                  "verify")
              .environment("BASE_IMAGE", TestImages.busybox())
              .output();

      assertThat(place.leftovers(SampleOutput.environment(output))).isEmpty();
    }
  }

  @Test
  void twoBuildsAtOnceDoNotDisturbEachOther() throws Exception {
    try (SamplePlace place = new SampleEngine()) {
      List<Path> logs = List.of(directory.resolve("first.log"), directory.resolve("second.log"));
      List<Process> builds = new ArrayList<>();
      try {
        for (Path log : logs) {
          builds.add(
              sample(
                      log.getFileName() + ".d",
                      "-Dpreview.driver=" + place.driver(),
                      "-Dtest=ShopTest,LongTest",
                      "-Dshop.takes=15")
                  .start(log));
        }
        await()
            .atMost(Duration.ofMinutes(4))
            .until(
                () ->
                    logs.stream().allMatch(SampleProjectIT::isUp)
                        || !builds.stream().allMatch(Process::isAlive));
        assertThat(builds).as(both(logs)).allMatch(Process::isAlive);
        for (Process build : builds) {
          assertThat(build.waitFor(4, TimeUnit.MINUTES)).as(both(logs)).isTrue();
        }
      } finally {
        for (Process build : builds) {
          kill(build);
        }
      }
      assertThat(builds).as(both(logs)).allMatch(it -> it.exitValue() == 0);
      List<String> environments = new ArrayList<>();
      for (Path log : logs) {
        environments.addAll(SampleOutput.environments(Files.readString(log)));
      }
      assertThat(environments).hasSize(4).doesNotHaveDuplicates();
      for (String environment : environments) {
        assertThat(place.leftovers(environment)).isEmpty();
      }
    }
  }

  private static boolean isUp(Path log) {
    try {
      return Files.readString(log).contains("It is up: ");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static String both(List<Path> logs) throws IOException {
    return Files.readString(logs.get(0)) + Files.readString(logs.get(1));
  }

  @ParameterizedTest
  @MethodSource("places")
  void killedInTheMiddleItLeavesNothingWhenItsTimeIsOver(Supplier<SamplePlace> where)
      throws Exception {
    String id = newId();
    try (SamplePlace place = where.get()) {
      Path log = directory.resolve("killed.log");
      Process build =
          sample(
                  "killed",
                  "-Dpreview.driver=" + place.driver(),
                  "-Dtest=LongTest",
                  "-Dshop.id=" + id,
                  "-Dshop.ttl=" + TTL.toSeconds(),
                  "-Dshop.takes=600")
              .start(log);
      try {
        await().atMost(Duration.ofMinutes(4)).until(() -> isUp(log) || !build.isAlive());
        assertThat(build.isAlive()).as(Files.readString(log)).isTrue();
      } finally {
        kill(build);
      }
      assertThat(place.leftovers(id)).isNotEmpty();

      Previews previews = Previews.builder().driver(place.driver()).build();
      await()
          .atMost(Duration.ofMinutes(3))
          .pollInterval(Duration.ofSeconds(1))
          .until(
              () -> {
                if (!place.endsByItself()) {
                  previews.sweep();
                }
                return place.leftovers(id).isEmpty();
              });
    }
  }

  /** With SIGKILL, Maven first, so that it says nothing to its children any more. */
  private static void kill(Process build) {
    List<ProcessHandle> all = new ArrayList<>(List.of(build.toHandle()));
    build.descendants().forEach(all::add);
    all.forEach(ProcessHandle::destroyForcibly);
    all.forEach(it -> it.onExit().orTimeout(10, TimeUnit.SECONDS).join());
  }

  private Command sample(String name, String... arguments) throws Exception {
    Path to = Example.copy("sample", directory.resolve(name));
    List<String> all = new ArrayList<>(List.of(arguments));
    all.add("test");
    return Command.maven(to, all.toArray(String[]::new))
        .environment("BASE_IMAGE", TestImages.busybox());
  }

  private static String newId() {
    return "sample-" + UUID.randomUUID().toString().substring(0, 8);
  }
}
