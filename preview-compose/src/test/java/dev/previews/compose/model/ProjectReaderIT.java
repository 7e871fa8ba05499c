package dev.previews.compose.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.previews.compose.cli.ComposeCli;
import dev.previews.environment.ServicePort;
import dev.previews.error.InvalidInputException;
import dev.previews.machines.Needed;
import dev.previews.spi.Context;
import dev.previews.spi.ExposedService;
import dev.previews.spi.Project;
import dev.previews.spi.ProjectSource;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Projects as the Compose CLI of this machine reads them; needs no engine. */
@Timeout(90)
class ProjectReaderIT {
  @TempDir Path directory;

  private final ProjectReader reader =
      new ProjectReader(new ComposeCli(System.getenv()), System.getenv());

  @BeforeEach
  void needsTheCli() {
    boolean there =
        Arrays.stream(System.getenv("PATH").split(":"))
            .anyMatch(
                it ->
                    Files.exists(Path.of(it, "docker"))
                        || Files.exists(Path.of(it, "docker-compose")));
    Needed.check(there, "Compose CLI on the PATH (lab/lab up docker)");
  }

  @Test
  void readsServicesPortsLabelsAndSettings() throws Exception {
    Path file =
        write(
            """
            name: shop
            x-preview: {driver: "kube://here", n: 3, on: true, list: [a, {b: c}], nothing: null}
            services:
              web:
                image: x
                ports: ["8080", "8443:443", {target: 50051, app_protocol: grpc}, "53:53/udp"]
                labels: {team: red}
                depends_on: [db]
                environment: {SELF: "${PREVIEW_URL_WEB_8080:?}", OLD: "${PREEVY_BASE_URI_WEB_8080:?}"}
              db: {image: x, expose: ["5432"]}
              other: {image: x, profiles: [more]}
            """);
    Project project = read(ProjectSource.of(List.of(file)));
    assertThat(project.name()).isEqualTo("shop");
    assertThat(project.settings())
        .isEqualTo(
            Map.of(
                "driver",
                "kube://here",
                "n",
                3,
                "on",
                true,
                "list",
                List.of("a", Map.of("b", "c"))));
    assertThat(project.services()).extracting(ExposedService::name).containsExactly("db", "web");
    assertThat(project.services().get(1).ports())
        .containsExactly(
            new ServicePort("web", 443, "https"),
            new ServicePort("web", 8080, "http"),
            new ServicePort("web", 50051, "grpc"));
    assertThat(project.services().get(1).labels()).isEqualTo(Map.of("team", "red"));
    assertThat(read(ProjectSource.of(List.of(file)).services(Set.of("db"))).services())
        .extracting(ExposedService::name)
        .containsExactly("db");
    assertThat(read(ProjectSource.of(List.of(file)).profiles(Set.of("more"))).services())
        .hasSize(3);
  }

  @Test
  void takesVariablesFromTheSourceBeforeAllElse() throws Exception {
    Files.writeString(directory.resolve(".env"), "NAME=dotenv\n");
    Path file = write("services: {a: {image: x, labels: {name: \"${NAME}\", home: \"$HOME\"}}}");
    assertThat(read(ProjectSource.of(List.of(file))).services().get(0).labels())
        .containsEntry("name", "dotenv")
        .containsEntry("home", System.getenv("HOME"));
    assertThat(
            read(ProjectSource.of(List.of(file)).variables(Map.of("NAME", "a$b{c}")))
                .services()
                .get(0)
                .labels())
        .containsEntry("name", "a$b{c}");
  }

  @Test
  void takesTheUsersProfilesAsTheCliDoes() throws Exception {
    Path file = write("services: {a: {image: x}, b: {image: x, profiles: [more]}}");
    Map<String, String> environment = new HashMap<>(System.getenv());
    environment.put("COMPOSE_PROFILES", "more,unknown");
    ProjectReader theirs = new ProjectReader(new ComposeCli(environment), environment);
    Context context = Context.within(Duration.ofSeconds(60));
    assertThat(theirs.read(ProjectSource.of(List.of(file)), context).services()).hasSize(2);
    assertThat(
            theirs
                .read(ProjectSource.of(List.of(file)).profiles(Set.of("given")), context)
                .services())
        .as("a profile that is given wins")
        .hasSize(1);
  }

  @Test
  void readsWhatSeveralFilesSayTogether() throws Exception {
    Path base =
        write(
            """
            include: [included.yaml]
            services:
              a: {image: x, labels: {from: base, base: kept}, env_file: [given.env]}
              b: {extends: {file: common.yaml, service: common}, labels: {from: base}}
            """);
    Files.writeString(
        directory.resolve("included.yaml"), "services: {c: {image: y, labels: {from: included}}}");
    Files.writeString(
        directory.resolve("common.yaml"),
        "services: {common: {image: z, ports: ['90'], labels: {common: kept}}}");
    Files.writeString(directory.resolve("given.env"), "GIVEN=1\n");
    Path over = directory.resolve("over.yaml");
    Files.writeString(over, "services: {a: {labels: {from: '${WHO:-over}'}, ports: ['80']}}");
    List<ExposedService> services = read(ProjectSource.of(List.of(base, over))).services();
    assertThat(services).extracting(ExposedService::name).containsExactly("a", "b", "c");
    assertThat(services.get(0).labels()).isEqualTo(Map.of("from", "over", "base", "kept"));
    assertThat(services.get(0).ports()).extracting(ServicePort::port).containsExactly(80);
    assertThat(services.get(1).labels()).isEqualTo(Map.of("from", "base", "common", "kept"));
    assertThat(services.get(1).ports()).extracting(ServicePort::port).containsExactly(90);

    Path elsewhere = Files.createDirectory(directory.resolve("elsewhere"));
    Files.writeString(elsewhere.resolve(".env"), "WHO=elsewhere\n");
    Files.writeString(elsewhere.resolve("given.env"), "");
    Files.copy(directory.resolve("common.yaml"), elsewhere.resolve("common.yaml"));
    Files.copy(directory.resolve("included.yaml"), elsewhere.resolve("included.yaml"));
    assertThat(
            read(ProjectSource.of(List.of(base, over)).directory(elsewhere))
                .services()
                .get(0)
                .labels())
        .as("variables are those of the project's directory")
        .containsEntry("from", "elsewhere");
  }

  @Test
  void readsTwoHundredServicesAndEveryCharacterOfTheirNames() throws Exception {
    StringBuilder yaml = new StringBuilder("services:\n");
    Set<String> names = new TreeSet<>();
    for (int i = 0; names.size() < 200; i++) {
      names.add("s" + "._-A9".charAt(i % 5) + "x".repeat(i % 60) + i);
    }
    names.forEach(name -> yaml.append("  \"" + name + "\": {image: x, ports: ['80', '81/udp']}\n"));
    List<ExposedService> services =
        read(ProjectSource.of(List.of(write(yaml.toString())))).services();
    assertThat(services)
        .extracting(ExposedService::name)
        .containsExactlyInAnyOrderElementsOf(names);
    assertThat(services).allMatch(service -> service.ports().size() == 1);
  }

  @Test
  void refusesWhatIsNoComposeFile() throws Exception {
    refused(directory.resolve("none.yaml"), "none.yaml does not exist");
    refused(directory, "is a directory: name the file in it");
    refused(write(" \n"), "is empty");
    refused(write("services: {a: {image: x, imag: y}}"), "imag");
    refused(write("services: [\n"), "is not accepted by Docker Compose");
    refused(write("services: {}"), "no service");
    refused(write("services: {a: {image: x, profiles: [p]}}"), "profile");
    refused(write("services: {a: {image: '${NEEDED:?say it}'}}"), "say it");
    Path large = directory.resolve("large.yaml");
    Files.writeString(large, "#".repeat(9 * 1024 * 1024));
    refused(large, "larger than 8 MB");
  }

  @Test
  void refusesAPortThatIsUsedTwice() throws Exception {
    refused(
        write("services: {a: {image: x, ports: ['80:1']}, b: {image: x, ports: ['80:2']}}"),
        "publishes one port twice: port 1 of service 'a' and port 2 of service 'b' both as 80");
    Path apart =
        write(
            "services: {a: {image: x, ports: ['127.0.0.1:80:1', '81:1/udp']}, b: {image: x, ports:"
                + " ['127.0.0.2:80:2', '81:2']}}");
    assertThat(read(ProjectSource.of(List.of(apart))).services()).hasSize(2);
  }

  @Test
  void endsAYamlBombBeforeItFillsTheMemory() throws Exception {
    StringBuilder yaml = new StringBuilder("x-0: &a0 [lol,lol,lol,lol,lol,lol,lol,lol,lol]\n");
    for (int i = 1; i < 10; i++) {
      String alias = "*a" + (i - 1);
      yaml.append("x-" + i + ": &a" + i + " [" + (alias + ",").repeat(8) + alias + "]\n");
    }
    Path bomb = write(yaml + "services: {a: {image: x}}\n");
    refused(bomb, "cannot be resolved: it took more than");
  }

  private Project read(ProjectSource source) {
    return reader.read(source, Context.within(Duration.ofSeconds(60)));
  }

  private void refused(Path file, String why) {
    assertThatThrownBy(() -> read(ProjectSource.of(List.of(file))))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining(file.toString())
        .hasMessageContaining(why);
  }

  private Path write(String yaml) throws IOException {
    return Files.writeString(directory.resolve("compose.yaml"), yaml);
  }
}
