package dev.previews.compose;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.github.dockerjava.api.model.Container;
import dev.previews.environment.LogLine;
import dev.previews.environment.Service;
import dev.previews.environment.ServicePort;
import dev.previews.environment.VolumePolicy;
import dev.previews.error.DeadlineException;
import dev.previews.error.OwnershipException;
import dev.previews.error.ServiceFailedException;
import dev.previews.exec.Command;
import dev.previews.exec.Deadline;
import dev.previews.exec.Execution;
import dev.previews.machines.TestImages;
import dev.previews.progress.ProgressEvent;
import dev.previews.spi.Context;
import dev.previews.spi.Deployment;
import dev.previews.spi.DuplexStream;
import dev.previews.spi.ExposedService;
import dev.previews.spi.Project;
import dev.previews.spi.ProjectSource;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** The whole way from Compose files to what runs, on a real engine. */
@Timeout(120)
class ComposeDeployerIT {
  @RegisterExtension final EngineAtHand machine = new EngineAtHand();
  @TempDir Path directory;

  private final List<ProgressEvent> events = Collections.synchronizedList(new ArrayList<>());
  private final ComposeDeployer deployer = new ComposeDeployer(System.getenv());

  private static final String WEB =
      """
      services:
        web:
          image: IMAGE
          init: true
          stop_grace_period: 1s
          command: [httpd, -f, -p, "8080", -h, /pages]
          ports: ["8080"]
          volumes: ["./pages:/pages:ro", "data:/data"]
          container_name: fancy
          labels: {team: red}
          healthcheck:
            test: [CMD, wget, -q, -O, /dev/null, "http://127.0.0.1:8080/"]
            interval: 1s
            retries: 20
      """;
  private static final String VOLUMES = "volumes: {data: {name: shared-by-name}}\n";

  @Test
  void answersAndIsLeftAloneWhenNothingChanged() throws Exception {
    page("one");
    String once =
        """
          once:
            image: IMAGE
            command: [sh, -c, "cat /run/secrets/token /greeting /given; wget -q -O - http://fancy:8080/"]
            secrets: [token]
            configs: [{source: greeting, target: /greeting}, {source: given, target: /given}]
            depends_on: {web: {condition: service_healthy}}
        secrets: {token: {file: ./token}}
        configs: {greeting: {content: "hello $$USER at ${PREVIEW_URL_WEB_8080:?}"}, given: {environment: GIVEN}}
        """;
    Files.writeString(directory.resolve("token"), "s3cret\n");
    Files.writeString(directory.resolve(".env"), "GIVEN=from-dot-env\n");
    write(WEB + once + VOLUMES);
    try (Deployment first = up()) {
      assertThat(get(first, ServicePort.of("web", 8080))).contains("one");
      assertThat(first.services())
          .extracting(Service::name, Service::ready)
          .containsExactly(
              org.assertj.core.groups.Tuple.tuple("once", true),
              org.assertj.core.groups.Tuple.tuple("web", true));
      try (Stream<LogLine> log = first.logs("once", false)) {
        assertThat(log.map(LogLine::text).collect(Collectors.joining("\n")))
            .contains("s3cret", "hello $USER at http://planned", "from-dot-env", "one");
      }
      assertThat(first.exposed().get(1).labels()).isEqualTo(Map.of("team", "red"));
    }
    Map<String, String> before = starts();
    page("two");
    try (Deployment second = up()) {
      assertThat(starts().get("web")).isEqualTo(before.get("web"));
      // Compose runs what has ended once more, in the same container.
      assertThat(id(starts().get("once"))).isEqualTo(id(before.get("once")));
      assertThat(get(second, ServicePort.of("web", 8080))).contains("two");
    }
    Files.writeString(directory.resolve("token"), "other\n");
    up().close();
    assertThat(starts().get("web")).isEqualTo(before.get("web"));
    assertThat(id(starts().get("once"))).isNotEqualTo(id(before.get("once")));
  }

  @Test
  void removesWhatIsGoneFromTheFileAndAllOfItAtTheEnd() throws Exception {
    page("one");
    write(WEB + "  gone: {image: IMAGE, command: [sleep, '300'], init: true}\n" + VOLUMES);
    up().close();
    assertThat(starts()).containsOnlyKeys("gone", "web");
    write(WEB + VOLUMES);
    up().close();
    assertThat(starts()).containsOnlyKeys("web");
    try (Deployment attached = attach()) {
      assertThat(attached.exposed()).extracting(ExposedService::name).containsExactly("web");
      exec(attached, "web", "touch", "/data/kept");
      attached.down(VolumePolicy.KEEP, context());
    }
    assertThat(starts()).isEmpty();
    assertThat(volumes()).containsExactly(machine.project() + "_data");
    try (Deployment again = up()) {
      assertThat(exec(again, "web", "ls", "/data")).contains("kept");
      again.down(VolumePolicy.REMOVE, context());
    }
    assertThat(volumes()).isEmpty();
    assertThat(machine.client().listNetworksCmd().withNameFilter(machine.project()).exec())
        .isEmpty();
  }

  @Test
  void followsLogsAndKeepsDialingAcrossARestart() throws Exception {
    page("one");
    write(
        WEB
            + "  talk: {image: IMAGE, init: true, command: [sh, -c, 'i=0; while :; do i=$$((i+1));"
            + " echo line $$i; sleep 0.1; done']}\n"
            + VOLUMES);
    try (Deployment deployment = up()) {
      try (Stream<LogLine> log = deployment.logs("talk", true)) {
        Iterator<LogLine> lines = log.iterator();
        for (int i = 1; i <= 10; i++) {
          assertThat(lines.next().text()).isEqualTo("line " + i);
        }
      }
      ServicePort port = ServicePort.of("web", 8080);
      for (int i = 0; i < 3; i++) {
        assertThat(get(deployment, port)).contains("one");
        machine.client().restartContainerCmd(container("web").getId()).exec();
        await()
            .atMost(10, TimeUnit.SECONDS)
            .ignoreExceptions()
            .until(() -> get(deployment, port).contains("one"));
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
  void namesAServiceThatExitsWithItsLog() throws Exception {
    String wide = "x" + "ä".repeat(999); // docker-java's pieces of 1 KiB would cut a letter
    write("services: {bad: {image: IMAGE, command: [sh, -c, 'echo broken " + wide + "; exit 3']}}");
    assertThatThrownBy(this::up)
        .isInstanceOfSatisfying(
            ServiceFailedException.class,
            e -> {
              assertThat(e.service()).isEqualTo("bad");
              assertThat(e.exitCode()).hasValue(3);
              assertThat(e.evidence()).contains("broken " + wide);
            });
  }

  @Test
  void namesAOneShotThatFailsUnderTheFeetOfAnother() throws Exception {
    write(
        """
        services:
          first: {image: IMAGE, command: [sh, -c, 'echo no database; exit 1']}
          second:
            image: IMAGE
            command: [sleep, '300']
            depends_on: {first: {condition: service_completed_successfully}}
        """);
    assertThatThrownBy(this::up)
        .isInstanceOfSatisfying(
            ServiceFailedException.class,
            e -> {
              assertThat(e.service()).isEqualTo("first");
              assertThat(e.exitCode()).hasValue(1);
              assertThat(e.evidence()).contains("no database");
            });
  }

  @Test
  void namesAServiceThatIsUnhealthyOrRestartsForEver() throws Exception {
    write(
        """
        services:
          sick:
            image: IMAGE
            init: true
            command: [sh, -c, 'echo up; sleep 300']
            healthcheck: {test: [CMD, sh, -c, 'echo not well; exit 1'], interval: 1s, retries: 2}
        """);
    assertThatThrownBy(this::up)
        .isInstanceOf(ServiceFailedException.class)
        .hasMessageContaining("'sick' is unhealthy")
        .hasMessageContaining("not well");
    write(
        """
        services:
          loop: {image: IMAGE, restart: always, command: [sh, -c, 'echo again; exit 7']}
        """);
    assertThatThrownBy(this::up)
        .isInstanceOf(ServiceFailedException.class)
        .hasMessageContaining("'loop' is restarted again and again")
        .hasMessageContaining("again");
  }

  @Test
  void saysAtTheDeadlineWhatIsNotReady() throws Exception {
    write(
        """
        services:
          slow:
            image: IMAGE
            init: true
            command: [sh, -c, 'echo still at it; sleep 300']
            healthcheck: {test: [CMD, 'false'], interval: 1s, retries: 1000}
          after:
            image: IMAGE
            command: [sleep, '300']
            depends_on: {slow: {condition: service_healthy}}
        """);
    Context short_ = Context.of(Deadline.in(Duration.ofSeconds(15)), events::add);
    assertThatThrownBy(() -> up(short_))
        .isInstanceOf(DeadlineException.class)
        .hasMessageContaining("slow is starting")
        .hasMessageContaining("still at it");
  }

  @Test
  void convergesWhenTwoComeAtOnce() throws Exception {
    page("one");
    write(WEB + VOLUMES);
    List<CompletableFuture<Void>> both =
        Stream.of(1, 2).map(i -> CompletableFuture.runAsync(() -> up(context()).close())).toList();
    for (CompletableFuture<Void> one : both) {
      one.get(100, TimeUnit.SECONDS);
    }
    assertThat(starts()).containsOnlyKeys("web");
  }

  @Test
  void leavesAProjectOfSomebodyElseAlone() throws Exception {
    String foreign =
        machine
            .client()
            .createContainerCmd(TestImages.busybox())
            .withLabels(
                Map.of(
                    "com.docker.compose.project", machine.project(),
                    "dev.previews.test", machine.machine().id().value()))
            .withCmd("true")
            .exec()
            .getId();
    write("services: {a: {image: IMAGE, command: [sleep, '300']}}");
    assertThatThrownBy(this::up)
        .isInstanceOf(OwnershipException.class)
        .hasMessageContaining("choose another id");
    try (Deployment attached = attach()) {
      attached.down(VolumePolicy.REMOVE, context());
    }
    assertThat(machine.client().inspectContainerCmd(foreign).exec().getId()).isEqualTo(foreign);
  }

  @Test
  void namesMayHaveEveryCharacterThatComposeAllows() throws Exception {
    List<String> names =
        List.of("A", "0", "a.b", "a_b", "a-b", "A-B", "x__y--z..0", "n".repeat(60));
    StringBuilder yaml = new StringBuilder("services:\n");
    for (String name : names) {
      yaml.append("  \"")
          .append(name)
          .append("\": {image: IMAGE, init: true, stop_grace_period: 0s, ports: ['7000'],")
          .append(" command: [sh, -c, 'echo I am " + name + "; exec nc -ll -p 7000 -e echo ")
          .append(name)
          .append("']}\n");
    }
    write(yaml.toString());
    try (Deployment deployment = up()) {
      for (String name : names) {
        await()
            .ignoreExceptions()
            .untilAsserted(
                () ->
                    assertThat(get(deployment, ServicePort.of(name, 7000))).isEqualTo(name + "\n"));
        try (Stream<LogLine> log = deployment.logs(name, false)) {
          assertThat(log.map(LogLine::text)).containsExactly("I am " + name);
        }
      }
      deployment.down(VolumePolicy.REMOVE, context());
    }
    assertThat(containers()).isEmpty();
  }

  @Test
  void noLineOfALogIsLostWhicheverOutputItIsOf() throws Exception {
    write(
        """
        services:
          talk:
            image: IMAGE
            command: [sh, -c, 'i=0; while [ $$i -lt 2000 ]; do i=$$((i+1)); echo out $$i; echo err $$i >&2; done']
        """);
    try (Deployment deployment = up();
        Stream<LogLine> log = deployment.logs("talk", false)) {
      Map<Boolean, List<String>> lines =
          log.collect(
              Collectors.partitioningBy(
                  LogLine::stderr, Collectors.mapping(LogLine::text, Collectors.toList())));
      assertThat(lines.get(false)).isEqualTo(numbered("out "));
      assertThat(lines.get(true)).isEqualTo(numbered("err "));
    }
  }

  private static List<String> numbered(String what) {
    return IntStream.rangeClosed(1, 2000).mapToObj(i -> what + i).toList();
  }

  /** The engine cuts a line after 16 KiB. */
  @Test
  void longLinesOfALogComeWhole() throws Exception {
    write(
        """
        services:
          plain: &talk
            image: IMAGE
            command: [sh, -c, 'seq 1 9999 | tr "\\n" " "; echo; echo short; printf "no end"']
          terminal: {<<: *talk, tty: true}
        """);
    String numbers =
        IntStream.rangeClosed(1, 9999).mapToObj(i -> i + " ").collect(Collectors.joining());
    try (Deployment deployment = up()) {
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
    write(
        """
        services:
          talk: {image: IMAGE, init: true, stop_grace_period: 0s, command: [sh, -c, 'echo begins; sleep 300']}
        """);
    List<String> lines = Collections.synchronizedList(new ArrayList<>());
    try (Deployment deployment = up()) {
      Stream<LogLine> log = deployment.logs("talk", true);
      CompletableFuture<Void> reader =
          CompletableFuture.runAsync(() -> log.forEach(line -> lines.add(line.text())));
      for (int starts = 1; starts <= 3; starts++) {
        int expected = starts;
        await().untilAsserted(() -> assertThat(lines).hasSize(expected));
        machine.client().restartContainerCmd(container("talk").getId()).withTimeout(0).exec();
      }
      await().untilAsserted(() -> assertThat(lines).hasSize(4));
      TimeUnit.SECONDS.sleep(1);
      assertThat(lines).hasSize(4).containsOnly("begins");
      log.close();
      reader.get(10, TimeUnit.SECONDS);
    }
  }

  @Test
  void aLabelTellsNobodyWhatASecretIs() throws Exception {
    write(
        """
        services: {a: {image: IMAGE, init: true, command: [sleep, '300'], secrets: [token]}}
        secrets: {token: {file: ./token}}
        """);
    Files.writeString(directory.resolve("token"), "1234");
    up().close();
    String label = contentLabel();
    assertThat(label).matches("[0-9a-f]{64}");
    up().close();
    assertThat(contentLabel()).isEqualTo(label);
    machine.run("rm", machine.machine().directory() + "/.content-key");
    up().close();
    assertThat(contentLabel()).as("with another key").matches("[0-9a-f]{64}").isNotEqualTo(label);
    assertThat(
            machine
                .run("stat", "-c", "%a", machine.machine().directory() + "/.content-key")
                .strip())
        .isEqualTo("600");
  }

  private String contentLabel() {
    return container("a").getLabels().get("dev.previews.content");
  }

  @Test
  void buildsUnderANameOfItsOwn() throws Exception {
    Files.createDirectory(directory.resolve("ctx"));
    Files.writeString(
        directory.resolve("ctx/Dockerfile"),
        "FROM "
            + TestImages.busybox()
            + "\n"
            + "RUN --mount=type=secret,id=key cat /run/secrets/key >/key\n"
            + "CMD [\"sleep\", \"300\"]\n");
    Files.writeString(directory.resolve("key"), "open sesame");
    write(
        """
        services:
          Made.it:
            image: IMAGE
            build: {context: ./ctx, secrets: [key]}
            init: true
          same: {image: IMAGE, init: true}
        secrets: {key: {file: ./key}}
        """);
    String base = machine.client().inspectImageCmd(TestImages.busybox()).exec().getId();
    try (Deployment deployment = up()) {
      assertThat(machine.client().inspectImageCmd(TestImages.busybox()).exec().getId())
          .isEqualTo(base);
      assertThat(exec(deployment, "same", "cat", "/key")).isEqualTo("open sesame");
      deployment.down(VolumePolicy.REMOVE, context());
    }
    assertThat(
            machine
                .client()
                .listImagesCmd()
                .withLabelFilter(Map.of("dev.previews.environment", machine.machine().id().value()))
                .exec())
        .isEmpty();
  }

  private void page(String text) throws IOException {
    Files.createDirectories(directory.resolve("pages"));
    Files.writeString(directory.resolve("pages/index.html"), text);
  }

  private void write(String yaml) throws IOException {
    Files.writeString(
        directory.resolve("compose.yaml"), yaml.replace("IMAGE", TestImages.busybox()));
  }

  private Context context() {
    return Context.of(Deadline.in(Duration.ofSeconds(90)), events::add);
  }

  private Deployment up() {
    return up(context());
  }

  private Deployment up(Context context) {
    Project project =
        deployer.read(ProjectSource.of(List.of(directory.resolve("compose.yaml"))), context);
    return deployer.deploy(
        project,
        machine.machine(),
        machine,
        Map.of("PREVIEW_URL_WEB_8080", "http://planned"),
        context);
  }

  private Deployment attach() {
    return deployer.attach(machine.machine(), machine, context());
  }

  private static String exec(Deployment deployment, String service, String... argv) {
    ByteArrayOutputStream stdout = new ByteArrayOutputStream();
    try (Execution execution = deployment.exec(service, Command.of(List.of(argv)).stdout(stdout))) {
      assertThat(execution.await()).isZero();
    }
    return stdout.toString(StandardCharsets.UTF_8);
  }

  private static String get(Deployment deployment, ServicePort port) throws IOException {
    try (DuplexStream stream = deployment.dial(port)) {
      stream.output().write("GET / HTTP/1.0\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
      stream.output().flush();
      return new String(stream.input().readAllBytes(), StandardCharsets.UTF_8);
    }
  }

  private Container container(String service) {
    return containers().stream()
        .filter(it -> service.equals(it.getLabels().get("com.docker.compose.service")))
        .findFirst()
        .orElseThrow();
  }

  private List<Container> containers() {
    return machine
        .client()
        .listContainersCmd()
        .withShowAll(true)
        .withLabelFilter(Map.of("dev.previews.environment", machine.machine().id().value()))
        .exec();
  }

  /** Id and start of each service's container. */
  private Map<String, String> starts() {
    Map<String, String> starts = new TreeMap<>();
    for (Container it : containers()) {
      starts.put(
          it.getLabels().get("com.docker.compose.service"),
          it.getId()
              + machine.client().inspectContainerCmd(it.getId()).exec().getState().getStartedAt());
    }
    return starts;
  }

  private static String id(String idAndStart) {
    return idAndStart.substring(0, 64);
  }

  private List<String> volumes() {
    return machine
        .client()
        .listVolumesCmd()
        .withFilter("label", List.of("dev.previews.environment=" + machine.machine().id()))
        .exec()
        .getVolumes()
        .stream()
        .map(it -> it.getName())
        .toList();
  }
}
