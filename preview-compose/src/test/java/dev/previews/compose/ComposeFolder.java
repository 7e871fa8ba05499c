package dev.previews.compose;

import static org.assertj.core.api.Assertions.assertThat;

import com.github.dockerjava.api.model.Container;
import dev.previews.environment.ServicePort;
import dev.previews.exec.Command;
import dev.previews.exec.Deadline;
import dev.previews.exec.Execution;
import dev.previews.machines.TestImages;
import dev.previews.progress.ProgressEvent;
import dev.previews.spi.Connection;
import dev.previews.spi.Context;
import dev.previews.spi.Deployment;
import dev.previews.spi.DuplexStream;
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
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** A folder with a Compose file, and what of it runs on {@link EngineAtHand}. */
final class ComposeFolder {
  /** A lock for those that use it: a test looks for threads that a followed log leaves. */
  static final String ONE_CLASS_AT_A_TIME = "dev.previews.compose.ComposeFolder";

  static final String WEB =
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

  static final String VOLUMES = "volumes: {data: {name: shared-by-name}}\n";

  final List<ProgressEvent> events = Collections.synchronizedList(new ArrayList<>());
  private final ComposeDeployer deployer = new ComposeDeployer(System.getenv());
  private final Path directory;
  private final EngineAtHand machine;

  ComposeFolder(Path directory, EngineAtHand machine) {
    this.directory = directory;
    this.machine = machine;
  }

  void page(String text) throws IOException {
    Files.createDirectories(directory.resolve("pages"));
    Files.writeString(directory.resolve("pages/index.html"), text);
  }

  void write(String yaml) throws IOException {
    Files.writeString(
        directory.resolve("compose.yaml"), yaml.replace("IMAGE", TestImages.busybox()));
  }

  Context context() {
    return Context.of(Deadline.in(Duration.ofSeconds(90)), events::add);
  }

  Deployment up() {
    return up(context());
  }

  Deployment up(Context context) {
    return up(machine, context);
  }

  /** Over a connection to the same machine. */
  Deployment up(Connection connection, Context context) {
    Project project =
        deployer.read(ProjectSource.of(List.of(directory.resolve("compose.yaml"))), context);
    return deployer
        .resolve(
            project,
            machine.machine().id(),
            Map.of("PREVIEW_URL_WEB_8080", "http://planned"),
            context)
        .deploy(machine.machine(), connection, context);
  }

  Deployment attach() {
    return deployer.attach(machine.machine(), machine, context());
  }

  static String exec(Deployment deployment, String service, String... argv) {
    ByteArrayOutputStream stdout = new ByteArrayOutputStream();
    try (Execution execution = deployment.exec(service, Command.of(List.of(argv)).stdout(stdout))) {
      assertThat(execution.await()).isZero();
    }
    return stdout.toString(StandardCharsets.UTF_8);
  }

  static String get(Deployment deployment, ServicePort port) throws IOException {
    try (DuplexStream stream = deployment.dial(port)) {
      stream.output().write("GET / HTTP/1.0\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
      stream.output().flush();
      return new String(stream.input().readAllBytes(), StandardCharsets.UTF_8);
    }
  }

  Container container(String service) {
    return containers().stream()
        .filter(it -> service.equals(it.getLabels().get("com.docker.compose.service")))
        .findFirst()
        .orElseThrow();
  }

  List<Container> containers() {
    return machine
        .client()
        .listContainersCmd()
        .withShowAll(true)
        .withLabelFilter(Map.of("dev.previews.environment", machine.machine().id().value()))
        .exec();
  }

  /** Id and start of each service's container. */
  Map<String, String> starts() {
    Map<String, String> starts = new TreeMap<>();
    for (Container it : containers()) {
      starts.put(
          it.getLabels().get("com.docker.compose.service"),
          it.getId()
              + machine.client().inspectContainerCmd(it.getId()).exec().getState().getStartedAt());
    }
    return starts;
  }

  static String id(String idAndStart) {
    return idAndStart.substring(0, 64);
  }

  List<String> volumes() {
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
