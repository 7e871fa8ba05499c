package dev.previews.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.previews.Preview;
import dev.previews.Previews;
import dev.previews.environment.LogLine;
import dev.previews.environment.Service;
import dev.previews.error.NotFoundException;
import dev.previews.progress.ProgressEvent;
import dev.previews.progress.Step;
import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/**
 * The way from {@code up} to URLs that answer and to {@code down}: what a way to an engine can
 * break. Extend it for each further way in which a driver reaches engines, once the driver has
 * passed {@link PreviewContract}. Each test has three minutes for an {@code up} and removes its
 * environments; those that only look share one, for an environment costs far more than a look. The
 * class path needs a deployer (dev.previews:preview-compose).
 */
@ExtendWith(CommonEnvironments.class)
public abstract class UpContract {
  private static final String WEB =
      """
      name: contract
      configs: {motto: {file: ./motto.txt}}
      secrets: {token: {file: ./token.txt}}
      volumes: {data: {}}
      services:
        web:
          image: ${IMAGE}
          init: true
          command: [sh, -c, 'echo web starts; exec httpd -f -p 8080 -h /pages']
          restart: unless-stopped
          ports: ["8080"]
          volumes: ["./pages:/pages", "data:/data"]
          configs: [{source: motto, target: /motto}]
          secrets: [token]
          healthcheck:
            test: [CMD, wget, -q, -O, /dev/null, "http://127.0.0.1:8080/"]
            start_period: 1m
            start_interval: 300ms # but a minute from when it is healthy on: each check costs
            interval: 1m
          environment: {SELF: "${PREVIEW_URL_WEB_8080:?}"}
      """;

  /** A service that the tests of a connection talk to. */
  static final String ECHO =
      """
        echo:
          image: ${IMAGE}
          init: true
          command: [nc, -ll, -p, "7000", -e, cat]
          ports: ["7000"]
      """;

  /** A service that ends by itself. */
  static final String ONCE =
      """
        once:
          image: ${IMAGE}
          command: [sh, -c, 'echo migrated']
      """;

  /** A directory for the Compose project of one test. */
  @TempDir protected Path directory;

  private final List<String> ids = new ArrayList<>();
  String id = "";
  Path compose = Path.of("");

  /** Makes the contract's tests. */
  protected UpContract() {}

  /** Where the contract is tested. */
  protected abstract Place place();

  @BeforeAll
  static void nameCommonEnvironment(CommonEnvironment common, @TempDir Path folder) {
    common.folder(folder);
  }

  /** Those that use it leave it as it is; what is left of it then is said once. */
  @AfterAll
  static void removeCommonEnvironment(CommonEnvironment common) throws Exception {
    common.remove();
  }

  @BeforeEach
  void writeProject() throws Exception {
    place().require();
    id = newId();
    compose = writeProject(directory);
  }

  /** Writes the project with all its services, and returns its Compose file. */
  static Path writeProject(Path directory) throws IOException {
    Files.createDirectories(directory.resolve("pages/deep"));
    Files.writeString(directory.resolve("pages/index.html"), "first page");
    Files.writeString(directory.resolve("pages/deep/ünïcödé.txt"), "deep");
    Files.writeString(directory.resolve("motto.txt"), "first motto");
    Files.writeString(directory.resolve("token.txt"), "s3cret");
    return Files.writeString(directory.resolve("compose.yaml"), WEB + ECHO + ONCE);
  }

  /** Writes a Compose file of the service {@code web} and these: each container costs its time. */
  Path project(String... services) throws IOException {
    return write("compose.yaml", WEB + String.join("", services));
  }

  @AfterEach
  void removeEnvironments() {
    for (String each : ids) {
      previews(each).down(each);
    }
  }

  @Test
  void upGivesUrlsThatAnswerAndDownLeavesNothing() throws Exception {
    List<ProgressEvent> events = new CopyOnWriteArrayList<>();
    try (Preview preview = previews(id).progress(events::add).up(compose)) {
      assertThat(get(preview.url("web"))).isEqualTo("first page");
      assertThat(get(preview.url("web", 8080).resolve("/deep/%C3%BCn%C3%AFc%C3%B6d%C3%A9.txt")))
          .isEqualTo("deep");
      assertThat(preview.services())
          .extracting(Service::name)
          .containsExactly("echo", "once", "web");
      assertThat(preview.services()).allMatch(Service::ready);
      assertThat(preview.exec("web", "cat", "/motto").stdout()).isEqualTo("first motto");
      assertThat(preview.exec("web", "cat", "/run/secrets/token").stdout()).isEqualTo("s3cret");
      assertThat(preview.exec("web", "sh", "-c", "echo $SELF").stdout().strip())
          .isEqualTo(preview.url("web").toString());
      assertThat(preview.exec("web", "sh", "-c", "echo no >&2; exit 7"))
          .satisfies(
              result -> {
                assertThat(result.exitCode()).isEqualTo(7);
                assertThat(result.stderr()).isEqualTo("no\n");
              });
      try (Stream<LogLine> log = preview.logs("once", false)) {
        assertThat(log.map(LogLine::text)).containsExactly("migrated");
      }
      assertThatThrownBy(() -> preview.url("once"))
          .isInstanceOf(NotFoundException.class)
          .hasMessageContaining("publishes no TCP port");
      assertThatThrownBy(() -> preview.url("wbe"))
          .isInstanceOf(NotFoundException.class)
          .hasMessageContaining("echo, once, web");
    }
    assertThat(previews(id).list()).extracting(it -> it.id().value()).contains(id);
    assertThat(place().leftovers(id)).isNotEmpty();

    previews(id).down(id);
    assertThat(place().leftovers(id)).isEmpty();
    assertThat(previews(id).list()).extracting(it -> it.id().value()).doesNotContain(id);
    assertThat(previews(id).find(id)).isEmpty();
    assertThat(events)
        .filteredOn(ProgressEvent.StepFinished.class::isInstance)
        .extracting(it -> ((ProgressEvent.StepFinished) it).step())
        .containsExactlyInAnyOrder(Step.values());
  }

  @Test
  void upAgainChangesOnlyWhatDiffers() throws Exception {
    URI url;
    String web;
    String echo;
    try (Preview preview = previews(id).up(compose)) {
      url = preview.url("web");
      web = container(preview, "web");
      echo = container(preview, "echo");
      preview.exec("web", "sh", "-c", "echo kept > /data/kept; echo theirs > /pages/theirs");
    }
    try (Preview preview = previews(id).up(compose)) {
      assertThat(preview.url("web")).isEqualTo(url);
      assertThat(container(preview, "web")).isEqualTo(web);
      assertThat(container(preview, "echo")).isEqualTo(echo);
    }

    write("pages/index.html", "second page");
    Files.delete(directory.resolve("pages/deep/ünïcödé.txt"));
    try (Preview preview = previews(id).up(compose)) {
      assertThat(get(preview.url("web"))).isEqualTo("second page");
      assertThat(container(preview, "web")).as("a page changes under the container").isEqualTo(web);
      assertThat(preview.exec("web", "ls", "/pages/deep").stdout()).isEmpty();
      assertThat(preview.exec("web", "cat", "/pages/theirs").stdout()).isEqualTo("theirs\n");
    }

    write("motto.txt", "second motto");
    try (Preview preview = previews(id).up(compose)) {
      assertThat(preview.exec("web", "cat", "/motto").stdout()).isEqualTo("second motto");
      assertThat(container(preview, "web")).as("a config makes a new container").isNotEqualTo(web);
      assertThat(container(preview, "echo")).isEqualTo(echo);
      assertThat(preview.exec("web", "cat", "/data/kept").stdout()).isEqualTo("kept\n");
    }

    project(ECHO);
    try (Preview preview = previews(id).up(compose)) {
      assertThat(preview.services()).extracting(Service::name).containsExactly("echo", "web");
    }
  }

  @Test
  void anotherJvmFindsTheEnvironmentAndUrlsSurviveARestartOfTheContainer() throws Exception {
    project();
    previews(id).up(compose).close();
    try (Preview preview = previews(id).find(id).orElseThrow()) {
      assertThat(get(preview.url("web"))).isEqualTo("first page");
      preview.exec("web", "kill", "1");
      eventually(() -> assertThat(get(preview.url("web"))).isEqualTo("first page"));
      preview.down();
    }
    assertThat(place().leftovers(id)).isEmpty();
  }

  @Test
  void aUrlIsPlainTcpWithHalfClose(CommonEnvironment common) throws Exception {
    try (Preview preview = common.up(this);
        Socket socket = new Socket(preview.url("echo").getHost(), preview.url("echo").getPort())) {
      byte[] sent = "x".repeat(300_000).getBytes(StandardCharsets.US_ASCII);
      CompletableFuture<Void> writer =
          CompletableFuture.runAsync(
              () -> {
                try {
                  socket.getOutputStream().write(sent);
                  socket.shutdownOutput();
                } catch (IOException e) {
                  throw new java.io.UncheckedIOException(e);
                }
              });
      assertThat(socket.getInputStream().readAllBytes()).isEqualTo(sent);
      writer.get(60, TimeUnit.SECONDS);
    }
  }

  @Test
  void logsFollowUntilTheyAreClosed(CommonEnvironment common) throws Exception {
    try (Preview preview = common.up(this)) {
      List<String> lines = new CopyOnWriteArrayList<>();
      Stream<LogLine> log = preview.logs("web", true);
      CompletableFuture<Void> reader =
          CompletableFuture.runAsync(() -> log.forEach(line -> lines.add(line.text())));
      eventually(() -> assertThat(lines).contains("web starts"));
      preview.exec("web", "sh", "-c", "echo later > /proc/1/fd/1");
      eventually(() -> assertThat(lines).contains("later"));
      log.close();
      reader.get(60, TimeUnit.SECONDS);
    }
  }

  @Test
  void environmentsDoNotCollide() throws Exception {
    String other = newId();
    Path elsewhere = Files.createDirectories(directory.resolve("other"));
    Files.createDirectories(elsewhere.resolve("pages"));
    Files.writeString(elsewhere.resolve("pages/index.html"), "other page");
    Files.writeString(elsewhere.resolve("motto.txt"), "other");
    Files.writeString(elsewhere.resolve("token.txt"), "other");
    project();
    CompletableFuture<Preview> first =
        CompletableFuture.supplyAsync(() -> previews(id).up(compose));
    Path otherCompose = Files.copy(compose, elsewhere.resolve("compose.yaml"));
    try (Preview theirs = previews(other).up(otherCompose);
        Preview ours = first.get(5, TimeUnit.MINUTES)) {
      assertThat(get(ours.url("web"))).isEqualTo("first page");
      assertThat(get(theirs.url("web"))).isEqualTo("other page");
      theirs.down();
      assertThat(place().leftovers(other)).isEmpty();
      assertThat(get(ours.url("web"))).isEqualTo("first page");
    }
  }

  /** A builder for the place under test. */
  protected Previews.Builder previews(String environmentId) {
    return Previews.builder()
        .driver(place().driver())
        .id(environmentId)
        .variable("IMAGE", place().image())
        .deadline(Duration.ofMinutes(3));
  }

  String newId() {
    String fresh = "t" + UUID.randomUUID().toString().substring(0, 8);
    ids.add(fresh);
    return fresh;
  }

  Path write(String name, String text) throws IOException {
    return Files.writeString(directory.resolve(name), text);
  }

  /** Tells containers apart: the host name is the container's id. */
  static String container(Preview preview, String service) {
    return preview.exec(service, "hostname").stdout().strip();
  }

  static String get(URI url) {
    try (InputStream body = url.toURL().openStream()) {
      return new String(body.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new java.io.UncheckedIOException("GET " + url, e);
    }
  }

  private static void eventually(Runnable check) throws InterruptedException {
    long end = System.nanoTime() + TimeUnit.MINUTES.toNanos(2);
    while (true) {
      try {
        check.run();
        return;
      } catch (AssertionError | RuntimeException e) {
        if (System.nanoTime() > end) {
          throw e;
        }
        Thread.sleep(200);
      }
    }
  }
}
