package dev.previews.compose;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.previews.environment.LogLine;
import dev.previews.environment.ServicePort;
import dev.previews.spi.Deployment;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.ResourceLock;

/** Logs of services: every line, once, whole, and across restarts. */
@Timeout(120)
@ResourceLock(ComposeFolder.ONE_CLASS_AT_A_TIME)
class ServiceLogsIT {
  @RegisterExtension final EngineAtHand machine = new EngineAtHand();
  @TempDir Path directory;
  private ComposeFolder folder;

  @BeforeEach
  void open() {
    folder = new ComposeFolder(directory, machine);
  }

  @Test
  void followsLogsAndKeepsDialingAcrossARestart() throws Exception {
    folder.page("one");
    folder.write(
        ComposeFolder.WEB
            + "  talk: {image: IMAGE, init: true, command: [sh, -c, 'i=0; while :; do i=$$((i+1));"
            + " echo line $$i; sleep 0.1; done']}\n"
            + ComposeFolder.VOLUMES);
    try (Deployment deployment = folder.up()) {
      try (Stream<LogLine> log = deployment.logs("talk", true)) {
        Iterator<LogLine> lines = log.iterator();
        for (int i = 1; i <= 10; i++) {
          assertThat(lines.next().text()).isEqualTo("line " + i);
        }
      }
      ServicePort port = ServicePort.of("web", 8080);
      for (int i = 0; i < 3; i++) {
        assertThat(ComposeFolder.get(deployment, port)).contains("one");
        machine.client().restartContainerCmd(folder.container("web").getId()).exec();
        await()
            .atMost(10, TimeUnit.SECONDS)
            .ignoreExceptions()
            .until(() -> ComposeFolder.get(deployment, port).contains("one"));
      }
    }
    await()
        .untilAsserted(
            () ->
                assertThat(Thread.getAllStackTraces().keySet())
                    .extracting(Thread::getName)
                    .noneMatch(name -> name.contains("log") && name.startsWith("preview")));
  }

  @Test
  void noLineOfALogIsLostWhicheverOutputItIsOf() throws Exception {
    folder.write(
        """
        services:
          talk:
            image: IMAGE
            command: [sh, -c, 'i=0; while [ $$i -lt 2000 ]; do i=$$((i+1)); echo out $$i; echo err $$i >&2; done']
        """);
    try (Deployment deployment = folder.up();
        Stream<LogLine> log = deployment.logs("talk", false)) {
      Map<Boolean, List<String>> lines =
          log.collect(
              Collectors.partitioningBy(
                  LogLine::stderr, Collectors.mapping(LogLine::text, Collectors.toList())));
      assertThat(lines.get(false)).isEqualTo(numbered("out "));
      assertThat(lines.get(true)).isEqualTo(numbered("err "));
    }
  }

  /** The engine cuts a line after 16 KiB. */
  @Test
  void longLinesOfALogComeWhole() throws Exception {
    folder.write(
        """
        services:
          plain: &talk
            image: IMAGE
            command: [sh, -c, 'seq 1 9999 | tr "\\n" " "; echo; echo short; printf "no end"']
          terminal: {<<: *talk, tty: true}
        """);
    String numbers =
        IntStream.rangeClosed(1, 9999).mapToObj(i -> i + " ").collect(Collectors.joining());
    try (Deployment deployment = folder.up()) {
      for (String service : List.of("plain", "terminal")) {
        try (Stream<LogLine> log = deployment.logs(service, false)) {
          assertThat(log.map(LogLine::text))
              .as(service)
              .containsExactly(numbers, "short", "no end");
        }
      }
    }
  }

  @Test
  void aFollowedLogGoesOnAfterARestartWithoutRepeatingItself() throws Exception {
    folder.write(
        """
        services:
          talk: {image: IMAGE, init: true, stop_grace_period: 0s, command: [sh, -c, 'echo begins; sleep 300']}
        """);
    List<String> lines = Collections.synchronizedList(new ArrayList<>());
    try (Deployment deployment = folder.up()) {
      Stream<LogLine> log = deployment.logs("talk", true);
      CompletableFuture<Void> reader =
          CompletableFuture.runAsync(() -> log.forEach(line -> lines.add(line.text())));
      for (int starts = 1; starts <= 3; starts++) {
        int expected = starts;
        await().untilAsserted(() -> assertThat(lines).hasSize(expected));
        machine
            .client()
            .restartContainerCmd(folder.container("talk").getId())
            .withTimeout(0)
            .exec();
      }
      await().untilAsserted(() -> assertThat(lines).hasSize(4));
      TimeUnit.SECONDS.sleep(1);
      assertThat(lines).hasSize(4).containsOnly("begins");
      log.close();
      reader.get(10, TimeUnit.SECONDS);
    }
  }

  private static List<String> numbered(String what) {
    return IntStream.rangeClosed(1, 2000).mapToObj(i -> what + i).toList();
  }
}
