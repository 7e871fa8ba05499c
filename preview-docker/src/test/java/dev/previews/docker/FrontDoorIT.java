package dev.previews.docker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.previews.Preview;
import dev.previews.Previews;
import dev.previews.environment.Service;
import dev.previews.error.InvalidInputException;
import dev.previews.error.NotFoundException;
import dev.previews.exec.Command;
import dev.previews.exec.Execution;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What can be asked of {@code up} beside one file, and of what is up. */
class FrontDoorIT {
  private static final LocalPlace PLACE = LocalPlace.shared();

  @TempDir Path directory;
  private final String id = "f" + UUID.randomUUID().toString().substring(0, 8);

  @BeforeEach
  void require() {
    PLACE.require();
  }

  @AfterEach
  void remove() throws Exception {
    previews().down(id);
    assertThat(PLACE.leftovers(id)).isEmpty();
  }

  @Test
  void severalFilesADirectoryProfilesServicesAndVariables() throws Exception {
    Path project = Files.createDirectories(directory.resolve("project"));
    Files.createDirectories(project.resolve("pages"));
    Files.writeString(project.resolve("pages/index.html"), "of the project's directory");
    Files.writeString(project.resolve("given.env"), "GIVEN=by a file\n");
    write(
        project.resolve("common.yaml"),
        """
        services: {common: {image: "${IMAGE}", init: true, environment: {WHO: nobody}}}
        """);
    write(
        project.resolve("included.yaml"),
        """
        services: {included: {image: "${IMAGE}", command: [echo, included]}}
        """);
    Path base =
        write(
            directory.resolve("base.yaml"),
            """
            include: [included.yaml]
            services:
              web:
                extends: {file: common.yaml, service: common}
                command: [httpd, -f, -p, "8080", -h, /pages]
                volumes: ["./pages:/pages"]
                ports: ["8080"]
                env_file: [given.env]
              debug: {image: "${IMAGE}", profiles: [debug], command: [echo, debug]}
              unwanted: {image: "${IMAGE}", command: [echo, unwanted]}
            """);
    Path over =
        write(
            directory.resolve("over.yaml"),
            """
            services: {web: {environment: {WHO: "${WHO}"}, ports: ["9090"]}}
            """);
    Previews previews =
        previews()
            .projectDirectory(project)
            .profiles("debug")
            .services("web", "debug", "included")
            .variable("WHO", "the user")
            .build();
    try (Preview preview = previews.up(base, over)) {
      assertThat(preview.services())
          .extracting(Service::name)
          .containsExactly("debug", "included", "web");
      assertThat(preview.exec("web", "sh", "-c", "echo $GIVEN, $WHO").stdout())
          .isEqualTo("by a file, the user\n");
      try (InputStream page = preview.url("web", 8080).toURL().openStream()) {
        assertThat(new String(page.readAllBytes(), StandardCharsets.UTF_8))
            .isEqualTo("of the project's directory");
      }
      assertThatThrownBy(() -> preview.url("web"))
          .isInstanceOf(NotFoundException.class)
          .hasMessageContaining("8080")
          .hasMessageContaining("9090");
      Service web = preview.services().get(2);
      assertThat(web.image()).isEqualTo(PLACE.image());
      assertThat(web.state()).isEqualTo(Service.State.RUNNING);
      assertThat(web.health()).isEqualTo(Service.Health.NONE);
      assertThat(web.urls().values())
          .containsExactlyInAnyOrder(preview.url("web", 8080), preview.url("web", 9090));
    }
  }

  @Test
  void aCommandInAServiceReadsItsInput() throws Exception {
    Path compose =
        write(
            directory.resolve("compose.yaml"),
            "services: {a: {image: '${IMAGE}', init: true, command: [sleep, '1000']}}");
    ByteArrayOutputStream stdout = new ByteArrayOutputStream();
    try (Preview preview = previews().up(compose);
        Execution execution =
            preview.exec(
                "a",
                Command.of("sh", "-c", "tr a-z A-Z; exit 3")
                    .stdin(to -> to.write("what goes in".getBytes(StandardCharsets.UTF_8)))
                    .stdout(stdout))) {
      assertThat(execution.await()).isEqualTo(3);
      assertThat(stdout.toString(StandardCharsets.UTF_8)).isEqualTo("WHAT GOES IN");
    }
  }

  @Test
  void whatTheDriverCannotHonourIsRefusedBeforeAnythingIsMade() throws Exception {
    Path compose = write(directory.resolve("compose.yaml"), "services: {a: {image: '${IMAGE}'}}");
    Path template = Files.writeString(directory.resolve("pod.yaml"), "kind: Pod");
    assertThatThrownBy(() -> previews().template(template).up(compose))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("the docker driver has no templates");
    assertThat(PLACE.leftovers(id)).isEmpty();
  }

  @Test
  void whatIsMissingOnThisMachineIsSaidBeforeAnythingIsMade() throws Exception {
    Files.createDirectory(directory.resolve("empty"));
    Map<String, String> missing = new LinkedHashMap<>();
    missing.put(
        "services: {a: {image: x, secrets: [s]}}\nsecrets: {s: {file: ./none}}",
        "secrets.s, which service 'a' uses, is the file " + directory + "/none");
    missing.put(
        "services: {a: {image: x, configs: [c]}}\nconfigs: {c: {environment: NOT_SET_HERE}}",
        "the environment of configs.c is not set");
    missing.put(
        "services: {a: {build: ./none}}",
        "service 'a' is built from " + directory + "/none, which is no directory");
    missing.put(
        "services: {a: {build: ./empty}}",
        "service 'a' is built by " + directory + "/empty/Dockerfile, which does not exist");
    missing.put(
        "services: {a: {build: {context: ./empty, dockerfile_inline: FROM x, secrets: [s]}}}\n"
            + "secrets: {s: {file: ./none}}",
        "secrets.s, which the build of service 'a' uses, is the file " + directory + "/none");
    for (Map.Entry<String, String> each : missing.entrySet()) {
      Path compose = write(directory.resolve("compose.yaml"), each.getKey());
      assertThatThrownBy(() -> previews().up(compose))
          .isInstanceOf(InvalidInputException.class)
          .hasStackTraceContaining(each.getValue());
    }
    assertThat(PLACE.leftovers(id)).isEmpty();
  }

  @Test
  void whatIsWrongBeforeAnythingIsMadeRemovesNothingThatWasThere() throws Exception {
    Path compose =
        write(
            directory.resolve("compose.yaml"),
            "services: {a: {image: '${IMAGE}', init: true, command: [sleep, '1000']}}");
    previews().up(compose).close();
    List<String> before = PLACE.leftovers(id);
    write(compose, "services: {a: {image: x, secrets: [s]}}\nsecrets: {s: {file: ./none}}");
    assertThatThrownBy(() -> previews().owner("else").ephemeral().up(compose))
        .isInstanceOf(InvalidInputException.class);
    assertThat(PLACE.leftovers(id)).isEqualTo(before).isNotEmpty();
  }

  @Test
  void withoutAnIdOutsideARepositoryTheUserIsAskedForOne() throws Exception {
    Path compose = write(directory.resolve("compose.yaml"), "services: {a: {image: '${IMAGE}'}}");
    Process java =
        new ProcessBuilder(
                "env",
                "-i",
                "PATH=" + System.getenv("PATH"),
                "HOME=" + directory,
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-cp",
                System.getProperty("java.class.path"),
                UpWithoutId.class.getName(),
                PLACE.driver(),
                PLACE.image(),
                compose.toString())
            .redirectErrorStream(true)
            .start();
    String output = new String(java.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(java.waitFor()).isZero();
    assertThat(output).contains("id(\"");
  }

  /** An {@code up} that must fail for want of an id. */
  static final class UpWithoutId {
    private UpWithoutId() {}

    public static void main(String[] arguments) {
      Previews.Builder previews =
          Previews.builder().driver(arguments[0]).variable("IMAGE", arguments[1]);
      try (Preview preview = previews.up(Path.of(arguments[2]))) {
        preview.down();
      } catch (InvalidInputException e) {
        System.out.println(e.getMessage());
        return;
      }
      System.exit(1);
    }
  }

  private Previews.Builder previews() {
    return Previews.builder()
        .driver(PLACE.driver())
        .id(id)
        .variable("IMAGE", PLACE.image())
        .deadline(Duration.ofMinutes(2));
  }

  private static Path write(Path file, String text) throws IOException {
    return Files.writeString(file, text);
  }
}
