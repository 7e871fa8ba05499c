package dev.previews.compose;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.previews.environment.LogLine;
import dev.previews.environment.Service;
import dev.previews.environment.ServicePort;
import dev.previews.environment.VolumePolicy;
import dev.previews.error.OwnershipException;
import dev.previews.machines.TestImages;
import dev.previews.spi.Deployment;
import dev.previews.spi.ExposedService;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.ResourceLock;

/** The whole way from Compose files to what runs, and to what is left, on a real engine. */
@Timeout(120)
@ResourceLock(ComposeFolder.ONE_CLASS_AT_A_TIME)
class ComposeDeployerIT {
  @RegisterExtension final EngineAtHand machine = new EngineAtHand();
  @TempDir Path directory;
  private ComposeFolder folder;

  @BeforeEach
  void open() {
    folder = new ComposeFolder(directory, machine);
  }

  @Test
  void answersAndIsLeftAloneWhenNothingChanged() throws Exception {
    folder.page("one");
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
    folder.write(ComposeFolder.WEB + once + ComposeFolder.VOLUMES);
    try (Deployment first = folder.up()) {
      assertThat(ComposeFolder.get(first, ServicePort.of("web", 8080))).contains("one");
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
    Map<String, String> before = folder.starts();
    folder.page("two");
    try (Deployment second = folder.up()) {
      assertThat(folder.starts().get("web")).isEqualTo(before.get("web"));
      // Compose runs what has ended once more, in the same container.
      assertThat(ComposeFolder.id(folder.starts().get("once")))
          .isEqualTo(ComposeFolder.id(before.get("once")));
      assertThat(ComposeFolder.get(second, ServicePort.of("web", 8080))).contains("two");
    }
    Files.writeString(directory.resolve("token"), "other\n");
    folder.up().close();
    assertThat(folder.starts().get("web")).isEqualTo(before.get("web"));
    assertThat(ComposeFolder.id(folder.starts().get("once")))
        .isNotEqualTo(ComposeFolder.id(before.get("once")));
  }

  @Test
  void removesWhatIsGoneFromTheFileAndAllOfItAtTheEnd() throws Exception {
    folder.page("one");
    folder.write(
        ComposeFolder.WEB
            + "  gone: {image: IMAGE, command: [sleep, '300'], init: true}\n"
            + ComposeFolder.VOLUMES);
    folder.up().close();
    assertThat(folder.starts()).containsOnlyKeys("gone", "web");
    folder.write(ComposeFolder.WEB + ComposeFolder.VOLUMES);
    folder.up().close();
    assertThat(folder.starts()).containsOnlyKeys("web");
    try (Deployment attached = folder.attach()) {
      assertThat(attached.exposed()).extracting(ExposedService::name).containsExactly("web");
      ComposeFolder.exec(attached, "web", "touch", "/data/kept");
      attached.down(VolumePolicy.KEEP, folder.context());
    }
    assertThat(folder.starts()).isEmpty();
    assertThat(folder.volumes()).containsExactly(machine.project() + "_data");
    try (Deployment again = folder.up()) {
      assertThat(ComposeFolder.exec(again, "web", "ls", "/data")).contains("kept");
      again.down(VolumePolicy.REMOVE, folder.context());
    }
    assertThat(folder.volumes()).isEmpty();
    assertThat(machine.client().listNetworksCmd().withNameFilter(machine.project()).exec())
        .isEmpty();
  }

  @Test
  void convergesWhenTwoComeAtOnce() throws Exception {
    folder.page("one");
    folder.write(ComposeFolder.WEB + ComposeFolder.VOLUMES);
    List<CompletableFuture<Void>> both =
        Stream.of(1, 2)
            .map(i -> CompletableFuture.runAsync(() -> folder.up(folder.context()).close()))
            .toList();
    for (CompletableFuture<Void> one : both) {
      one.get(100, TimeUnit.SECONDS);
    }
    assertThat(folder.starts()).containsOnlyKeys("web");
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
    folder.write("services: {a: {image: IMAGE, command: [sleep, '300']}}");
    assertThatThrownBy(folder::up)
        .isInstanceOf(OwnershipException.class)
        .hasMessageContaining("choose another id");
    try (Deployment attached = folder.attach()) {
      attached.down(VolumePolicy.REMOVE, folder.context());
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
    folder.write(yaml.toString());
    try (Deployment deployment = folder.up()) {
      for (String name : names) {
        await()
            .ignoreExceptions()
            .untilAsserted(
                () ->
                    assertThat(ComposeFolder.get(deployment, ServicePort.of(name, 7000)))
                        .isEqualTo(name + "\n"));
        try (Stream<LogLine> log = deployment.logs(name, false)) {
          assertThat(log.map(LogLine::text)).containsExactly("I am " + name);
        }
      }
      deployment.down(VolumePolicy.REMOVE, folder.context());
    }
    assertThat(folder.containers()).isEmpty();
  }

  @Test
  void aLabelTellsNobodyWhatASecretIs() throws Exception {
    folder.write(
        """
        services: {a: {image: IMAGE, init: true, command: [sleep, '300'], secrets: [token]}}
        secrets: {token: {file: ./token}}
        """);
    Files.writeString(directory.resolve("token"), "1234");
    folder.up().close();
    String label = contentLabel();
    assertThat(label).matches("[0-9a-f]{64}");
    folder.up().close();
    assertThat(contentLabel()).isEqualTo(label);
    machine.run("rm", machine.machine().directory() + "/.content-key");
    folder.up().close();
    assertThat(contentLabel()).as("with another key").matches("[0-9a-f]{64}").isNotEqualTo(label);
    assertThat(
            machine
                .run("stat", "-c", "%a", machine.machine().directory() + "/.content-key")
                .strip())
        .isEqualTo("600");
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
    folder.write(
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
    try (Deployment deployment = folder.up()) {
      assertThat(machine.client().inspectImageCmd(TestImages.busybox()).exec().getId())
          .isEqualTo(base);
      assertThat(ComposeFolder.exec(deployment, "same", "cat", "/key")).isEqualTo("open sesame");
      deployment.down(VolumePolicy.REMOVE, folder.context());
    }
    assertThat(
            machine
                .client()
                .listImagesCmd()
                .withLabelFilter(Map.of("dev.previews.environment", machine.machine().id().value()))
                .exec())
        .isEmpty();
  }

  private String contentLabel() {
    return folder.container("a").getLabels().get("dev.previews.content");
  }
}
