package dev.previews.junit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;
import static org.junit.platform.engine.discovery.DiscoverySelectors.selectClass;

import dev.previews.Preview;
import dev.previews.Previews;
import dev.previews.error.InvalidInputException;
import dev.previews.error.ServiceFailedException;
import dev.previews.junit.elsewhere.InAnotherPackage;
import dev.previews.machines.TestImages;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.platform.engine.TestExecutionResult;
import org.junit.platform.testkit.engine.EngineExecutionResults;
import org.junit.platform.testkit.engine.EngineTestKit;
import org.junit.platform.testkit.engine.Event;

/** Runs test classes that use the extension, on the Docker engine at hand. */
class PreviewExtensionIT {
  @TempDir Path reports;

  @BeforeAll
  static void findEngine() {
    TestImages.requireEngine();
    TestImages.provide("busybox:1.37");
  }

  @BeforeEach
  void forget() {
    Samples.IDS.clear();
    Samples.CONTAINERS.clear();
  }

  @Test
  void givesTestsTheirEnvironmentAndRemovesItAfterwards() {
    run(Samples.Parameters.class).testEvents().assertStatistics(it -> it.succeeded(2));

    assertThat(Samples.IDS).hasSize(2);
    assertThat(Samples.IDS.get(1)).isEqualTo(Samples.IDS.get(0)).startsWith("junit-parameters-");
    assertThat(Previews.builder().find(Samples.IDS.get(0))).isEmpty();
  }

  @Test
  void aFailedTestComesWithWhatTheServicesPrinted() throws IOException {
    String printed =
        printedBy(
            () -> run(Samples.Failing.class).testEvents().assertStatistics(it -> it.failed(1)));

    assertThat(printed)
        .contains("Environment " + Samples.IDS.get(0))
        .contains("web | ")
        .contains("asked-for-by-the-test");
    assertThat(publishedLogs()).singleElement().asString().contains("asked-for-by-the-test");
  }

  @Test
  void whatWasPrintedBeforeTheTestIsLeftOut() throws IOException {
    run(Samples.FailingLater.class).testEvents().assertStatistics(it -> it.succeeded(1).failed(1));

    assertThat(publishedLogs())
        .singleElement()
        .asString()
        .contains("asked-for-in-it")
        .doesNotContain("asked-for-before");
  }

  @Test
  void aFailureBeforeAllTestsComesWithLogsToo() throws IOException {
    String printed = printedBy(() -> failure(run(Samples.FailingBeforeAll.class)));

    assertThat(printed).contains("FailingBeforeAll failed").contains("asked-for-before-all");
    assertThat(publishedLogs()).singleElement().asString().contains("asked-for-before-all");
  }

  @Test
  void severalInOneClassAreToldApart() throws IOException {
    run(Samples.AnnotationAndField.class)
        .testEvents()
        .failed()
        .assertThatEvents()
        .singleElement()
        .satisfies(it -> assertThat(it.toString()).contains("as it should"));

    assertThat(Samples.IDS).hasSize(2).doesNotHaveDuplicates().contains("junit-beside");
    assertThat(publishedLogs())
        .singleElement()
        .asString()
        .contains("environment " + Samples.IDS.get(0))
        .contains("environment junit-beside");
  }

  @Test
  void aParameterOfOneOfSeveralFieldsIsRefusedWithTheReason() {
    EngineExecutionResults results = run(Samples.TwoFields.class);

    results.testEvents().assertStatistics(it -> it.succeeded(1).failed(1));
    assertThat(reason(results.testEvents().failed().list().get(0)))
        .hasMessageContaining("2 environments")
        .hasMessageContaining("app.url(");
  }

  @Test
  void aFailedUpFailsTheClassOnceWithTheReason() {
    EngineExecutionResults results = run(Samples.Broken.class);

    results.testEvents().assertStatistics(it -> it.started(0));
    assertThat(failure(results))
        .isInstanceOf(ServiceFailedException.class)
        .hasMessageContaining("db")
        .hasMessageContaining("no space for tables");
  }

  @Test
  void aMissingFileIsToldByItsName() {
    assertThat(failure(run(Samples.Missing.class)))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("missing.yaml")
        .hasMessageContaining("class path");
  }

  @Test
  void classesThatShareTheRunUseOne() {
    run(Samples.FirstOfRun.class, Samples.SecondOfRun.class)
        .testEvents()
        .assertStatistics(it -> it.succeeded(2));

    assertThat(Samples.CONTAINERS).hasSize(2);
    assertThat(Samples.CONTAINERS.get(1)).isEqualTo(Samples.CONTAINERS.get(0));
    assertThat(Previews.builder().find(Samples.IDS.get(0))).isEmpty();
  }

  @Test
  void classesThatShareThePackageUseOne() {
    run(Samples.FirstOfPackage.class, InAnotherPackage.class, Samples.SecondOfPackage.class)
        .testEvents()
        .assertStatistics(it -> it.succeeded(3));

    assertThat(Samples.CONTAINERS.get(2)).isEqualTo(Samples.CONTAINERS.get(0));
    assertThat(Samples.CONTAINERS.get(1)).isNotEqualTo(Samples.CONTAINERS.get(0));
    assertThat(Samples.IDS).allMatch(id -> Previews.builder().find(id).isEmpty());
  }

  @Test
  void classesThatNameAnIdUseOneAndTheRunRemovesIt() {
    run(Samples.FirstOfName.class, Samples.SecondOfName.class)
        .testEvents()
        .assertStatistics(it -> it.succeeded(2));

    assertThat(Samples.IDS).containsOnly(Samples.NAMED);
    assertThat(Samples.CONTAINERS.get(1)).isEqualTo(Samples.CONTAINERS.get(0));
    assertThat(Previews.builder().find(Samples.NAMED)).isEmpty();
  }

  @Test
  void anIdThatIsThereAlreadyIsUsedAndStays() {
    Previews previews = Previews.builder().id(Samples.NAMED).build();
    try (Preview there = previews.up(Path.of("src/test/resources/environment.yaml"))) {
      Samples.note(there);
      run(Samples.FirstOfName.class).testEvents().assertStatistics(it -> it.succeeded(1));

      assertThat(Samples.CONTAINERS.get(1)).isEqualTo(Samples.CONTAINERS.get(0));
      assertThat(there.exec("web", "hostname").stdout().strip())
          .isEqualTo(Samples.CONTAINERS.get(0));
    } finally {
      previews.down(Samples.NAMED);
    }
  }

  @Test
  void anIdThatIsThereAlreadyIsKeptNoLongerThanItWasToBe() {
    Previews previews = Previews.builder().id(Samples.NAMED).ttl(Duration.ofSeconds(1)).build();
    previews.up(Path.of("src/test/resources/environment.yaml")).close();
    try {
      run(Samples.FirstOfName.class).testEvents().assertStatistics(it -> it.succeeded(1));
      awaitExpiry(Samples.NAMED);
    } finally {
      previews.down(Samples.NAMED);
    }
  }

  @Test
  void oneIdForTwoDifferentRequestsIsRefused() {
    assertThat(failure(run(Samples.FirstOfName.class, Samples.OtherOfName.class)))
        .hasMessageContaining(Samples.OtherOfName.class.getName())
        .hasMessageContaining("'junit-named'");
  }

  @Test
  void parallelClassesHaveOneEach() {
    Map<String, String> parallel =
        Map.of(
            "junit.jupiter.execution.parallel.enabled", "true",
            "junit.jupiter.execution.parallel.mode.classes.default", "concurrent",
            "junit.jupiter.execution.parallel.config.strategy", "fixed",
            "junit.jupiter.execution.parallel.config.fixed.parallelism", "2");
    Samples.TOGETHER.reset();

    run(parallel, Samples.OneAlone.class, Samples.AnotherAlone.class)
        .testEvents()
        .assertStatistics(it -> it.succeeded(2));

    assertThat(Samples.IDS).doesNotHaveDuplicates().hasSize(2);
    assertThat(Samples.IDS).allMatch(id -> Previews.builder().find(id).isEmpty());
  }

  @Test
  void reuseKeepsItForTheNextRun() {
    try {
      run(Samples.Reusing.class).testEvents().assertStatistics(it -> it.succeeded(1));
      run(Samples.Reusing.class).testEvents().assertStatistics(it -> it.succeeded(1));

      assertThat(Samples.CONTAINERS).hasSize(2);
      assertThat(Samples.CONTAINERS.get(1)).isEqualTo(Samples.CONTAINERS.get(0));
    } finally {
      Samples.IDS.forEach(id -> Previews.builder().down(id));
    }
  }

  @Test
  void whatIsReusedExpires() {
    try {
      run(Samples.ShortLived.class).testEvents().assertStatistics(it -> it.succeeded(1));
      awaitExpiry(Samples.IDS.get(0));
    } finally {
      Samples.IDS.forEach(id -> Previews.builder().down(id));
    }
  }

  private static void awaitExpiry(String id) {
    await()
        .atMost(Duration.ofSeconds(20))
        .until(
            () ->
                Previews.builder().build().expired().stream()
                    .anyMatch(it -> it.id().value().equals(id)));
  }

  @Test
  void anExtensionInAFieldDoesWhatItsFunctionSays() {
    run(Samples.InAField.class).testEvents().assertStatistics(it -> it.succeeded(1));

    assertThat(Samples.IDS).containsExactly("junit-in-a-field");
    assertThat(Previews.builder().find("junit-in-a-field")).isEmpty();
    assertThatThrownBy(() -> PreviewExtension.of(previews -> null).preview())
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("@RegisterExtension");
  }

  @Test
  void classesThatShareAFieldsExtensionUseOne() {
    run(Samples.FirstOfField.class, Samples.SecondOfField.class)
        .testEvents()
        .assertStatistics(it -> it.succeeded(2));

    assertThat(Samples.CONTAINERS).hasSize(2);
    assertThat(Samples.CONTAINERS.get(1)).isEqualTo(Samples.CONTAINERS.get(0));
    assertThat(Samples.IDS).allMatch(id -> id.startsWith("junit-run-"));
    assertThat(Previews.builder().find(Samples.IDS.get(0))).isEmpty();
  }

  @Test
  void aFieldWithoutAnIdLeavesTheDevelopersOwnAlone(@TempDir Path project) throws IOException {
    Files.createDirectory(project.resolve(".git"));
    Files.writeString(project.resolve(".git/HEAD"), "ref: refs/heads/main\n");
    String name = "p" + UUID.randomUUID().toString().substring(0, 8);
    Path compose =
        Files.writeString(
            project.resolve("compose.yaml"),
            Files.readString(Path.of("src/test/resources/environment.yaml"))
                .replace("name: junit", "name: " + name));
    Samples.COMPOSE.set(compose);
    try (Preview own = Previews.builder().up(compose)) {
      try {
        String container = own.exec("web", "hostname").stdout();
        run(Samples.FieldWithoutAnId.class).testEvents().assertStatistics(it -> it.succeeded(1));

        assertThat(own.id().value()).startsWith(name);
        assertThat(Samples.IDS).singleElement().asString().startsWith("junit-fieldwithoutanid-");
        assertThat(Previews.builder().find(Samples.IDS.get(0))).isEmpty();
        assertThat(own.exec("web", "hostname").stdout()).isEqualTo(container);
      } finally {
        own.down();
      }
    }
  }

  private static Throwable failure(EngineExecutionResults results) {
    List<Event> failed = results.containerEvents().failed().list();
    assertThat(failed).hasSize(1);
    return reason(failed.get(0));
  }

  private static Throwable reason(Event failed) {
    return failed.getRequiredPayload(TestExecutionResult.class).getThrowable().orElseThrow();
  }

  private static String printedBy(Runnable tests) {
    PrintStream before = System.out;
    ByteArrayOutputStream printed = new ByteArrayOutputStream();
    System.setOut(new PrintStream(printed, true, StandardCharsets.UTF_8));
    try {
      tests.run();
    } finally {
      System.setOut(before);
    }
    return printed.toString(StandardCharsets.UTF_8);
  }

  private List<String> publishedLogs() throws IOException {
    List<String> logs = new ArrayList<>();
    try (Stream<Path> files = Files.walk(reports)) {
      for (Path file : files.filter(it -> it.endsWith("preview-services.log")).toList()) {
        logs.add(Files.readString(file));
      }
    }
    return logs;
  }

  private EngineExecutionResults run(Class<?>... classes) {
    return run(Map.of(), classes);
  }

  private EngineExecutionResults run(Map<String, String> parameters, Class<?>... classes) {
    return EngineTestKit.engine("junit-jupiter")
        .selectors(
            Stream.of(classes)
                .map(it -> selectClass(it))
                .toArray(org.junit.platform.engine.DiscoverySelector[]::new))
        .configurationParameters(parameters)
        .outputDirectoryCreator(new ReportDirectory(reports))
        .execute();
  }
}
