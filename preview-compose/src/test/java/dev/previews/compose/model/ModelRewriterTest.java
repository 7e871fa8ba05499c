package dev.previews.compose.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.previews.compose.files.FileSource;
import dev.previews.environment.Environment;
import dev.previews.environment.EnvironmentId;
import dev.previews.environment.ServicePort;
import dev.previews.error.InvalidInputException;
import dev.previews.exec.Deadline;
import dev.previews.progress.ProgressEvent;
import dev.previews.spi.Context;
import dev.previews.spi.ExposedService;
import dev.previews.spi.Machine;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Models as Compose prints them, rewritten. In the JSON here a single quote stands for a double
 * one.
 */
class ModelRewriterTest {
  private static final String FILES = "/m/files/tree/";

  @TempDir Path project;

  private final List<String> notices = new ArrayList<>();
  private final Map<String, String> values = new java.util.TreeMap<>();
  private String key = "signed ";

  @Test
  void copiesBindMountsAndLeavesOtherMountsAlone() throws Exception {
    Files.createDirectories(project.resolve("pages"));
    Path outside = Files.createDirectories(project.resolveSibling(project.getFileName() + "-out"));
    Files.writeString(project.resolve("one.conf"), "1");
    DeployableModel model =
        rewrite(
            """
            {'services': {'a': {'image': 'x', 'volumes': [
              {'type': 'bind', 'source': '%1$s/pages', 'target': '/p', 'read_only': true, 'bind': {'propagation': 'rslave'}},
              {'type': 'bind', 'source': '%1$s', 'target': '/all'},
              {'type': 'bind', 'source': '%1$s/x/../one.conf', 'target': '/c'},
              {'type': 'bind', 'source': '%2$s', 'target': '/o'},
              {'type': 'volume', 'source': 'data', 'target': '/d', 'volume': {'nocopy': true}},
              {'type': 'volume', 'target': '/anonymous'},
              {'type': 'tmpfs', 'target': '/t', 'tmpfs': {'size': '1000'}}]}},
             'volumes': {'data': {'name': 'p_data'}, 'disguised': {'name': 'p_disguised', 'driver': 'local',
               'driver_opts': {'type': 'none', 'o': 'bind,ro', 'device': '%1$s/pages'}}}}
            """
                .formatted(project, outside));
    JsonNode volumes = service(model, "a").path("volumes");
    assertThat(volumes.findValuesAsText("source"))
        .containsExactly(
            FILES + "project/pages",
            FILES + "project",
            FILES + "project/one.conf",
            FILES + "outside" + outside,
            "data");
    assertThat(volumes.get(0).path("bind").path("propagation").asText()).isEqualTo("rslave");
    assertThat(volumes.get(6).path("tmpfs").path("size").asText()).isEqualTo("1000");
    assertThat(json(model).at("/volumes/disguised/driver_opts/device").asText())
        .isEqualTo(FILES + "project/pages");
    assertThat(model.files())
        .extracting(FileSource::remotePath)
        .containsExactly("outside" + outside, "project", "project/one.conf", "project/pages");
    assertThat(notices).isEmpty();
  }

  @Test
  void leavesTheSystemsOwnPathsAlone() throws Exception {
    Path link = Files.createSymbolicLink(project.resolve("logs"), Path.of("/var/log"));
    Path socket = project.resolve("docker.sock");
    List<String> left =
        List.of(
            "/",
            "/var/run",
            "/run/x",
            "/var/log/app",
            "/proc",
            "/sys/fs",
            "/dev/null",
            "/a/../dev",
            link.toString(),
            socket.toString(),
            "/var/run/docker.sock");
    String mounts =
        String.join(
            ",",
            left.stream()
                .map(it -> "{'type': 'bind', 'source': '" + it + "', 'target': '/t'}")
                .toList());
    DeployableModel model =
        rewrite("{'services': {'a': {'image': 'x', 'volumes': [" + mounts + "]}}}");
    assertThat(service(model, "a").path("volumes").findValuesAsText("source")).isEqualTo(left);
    assertThat(model.files()).isEmpty();
    assertThat(notices).hasSize(left.size()).allMatch(it -> it.contains("left alone"));
  }

  @Test
  void makesMissingSourcesAndSkipsSockets() throws Exception {
    Path fifo = project.resolve("sock");
    try (ServerSocketChannel server = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
      server.bind(UnixDomainSocketAddress.of(fifo));
      DeployableModel model = rewrite(mount(project.resolve("none"), "true"));
      assertThat(model.emptyDirectories()).containsExactly(FILES + "project/none");
      assertThat(notices).singleElement().asString().contains("does not exist");
      notices.clear();
      assertThat(rewrite(mount(fifo, "true")).files()).isEmpty();
      assertThat(notices).singleElement().asString().contains("neither a file nor a directory");
    }
    assertThatThrownBy(() -> rewrite(mount(project.resolve("none"), "false")))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("service 'a' mounts " + project + "/none, which does not exist");
  }

  @Test
  void doesNotDependOnWhereTheProjectIs() throws Exception {
    String text =
        "{'services': {'a': {'image': 'x', 'volumes': [{'type': 'bind', 'source': '%s/p', 'target':"
            + " '/p'}]}}}";
    Path here = Files.createDirectories(project.resolve("here"));
    Path there = Files.createDirectories(project.resolve("there/deeper"));
    Files.createDirectory(here.resolve("p"));
    Files.createDirectory(there.resolve("p"));
    assertThat(rewrite(text.formatted(here), here, true).runInput())
        .isEqualTo(rewrite(text.formatted(there), there, true).runInput());
  }

  @Test
  void mountsFileConfigsAndSecretsAndDigestsThemAll() throws Exception {
    Files.writeString(project.resolve("httpd.conf"), "a");
    Files.writeString(project.resolve("token"), "t");
    values.put("VARIABLE", "1");
    String text =
        """
        {'services': {'a': {'image': 'x',
           'configs': [{'source': 'httpd', 'target': '/etc/httpd.conf'}, {'source': 'plain'}, {'source': 'inline', 'target': '/i'}],
           'secrets': [{'source': 'token', 'target': 'renamed'}, {'source': 'given'}]}, 'b': {'image': 'x'}},
         'configs': {'httpd': {'name': 'p_httpd', 'file': '%1$s/httpd.conf'}, 'plain': {'file': '%1$s/httpd.conf'}, 'inline': {'content': 'costs $$5'}},
         'secrets': {'token': {'file': '%1$s/token'}, 'given': {'environment': 'VARIABLE'}}}
        """
            .formatted(project);
    DeployableModel model = rewrite(text);
    JsonNode a = service(model, "a");
    assertThat(a.path("volumes").findValuesAsText("target"))
        .containsExactly("/etc/httpd.conf", "/plain", "/run/secrets/renamed");
    assertThat(a.path("volumes").findValuesAsText("source"))
        .containsExactly(
            FILES + "project/httpd.conf", FILES + "project/httpd.conf", FILES + "project/token");
    assertThat(a.path("configs").findValuesAsText("source")).containsExactly("inline");
    assertThat(a.path("secrets").findValuesAsText("source")).containsExactly("given");
    assertThat(json(model).path("configs").properties()).hasSize(1);
    assertThat(json(model).at("/configs/inline/content").asText()).isEqualTo("costs $$5");
    assertThat(service(model, "b").path("labels").has(FileObjects.DIGEST_LABEL)).isFalse();
    Set<String> digests = new HashSet<>();
    digests.add(digest(model));
    assertThat(digests).contains(digest(rewrite(text)));
    Files.writeString(project.resolve("token"), "other");
    assertThat(digests.add(digest(rewrite(text)))).isTrue();
    values.put("VARIABLE", "2");
    assertThat(digests.add(digest(rewrite(text)))).isTrue();
    assertThat(digests.add(digest(rewrite(text.replace("$$5", "$$6"))))).isTrue();
    assertThat(digests).allMatch(it -> it.startsWith("signed "));
    key = "of another machine ";
    assertThat(digest(rewrite(text))).startsWith(key);
    Files.delete(project.resolve("token"));
    assertThatThrownBy(() -> rewrite(text))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("secrets.token, which service 'a' uses, is the file")
        .hasMessageContaining("does not exist");
  }

  @Test
  void publishesOnTheLoopbackAndRemembersSchemes() throws Exception {
    DeployableModel model =
        rewrite(
            """
            {'services': {'a': {'image': 'x', 'expose': ['77'], 'labels': {'team': 'red'}, 'ports': [
              {'mode': 'ingress', 'target': 80, 'published': '8080', 'protocol': 'tcp'},
              {'mode': 'host', 'host_ip': '0.0.0.0', 'target': 443, 'published': '8443'},
              {'target': 443, 'published': '9443', 'protocol': 'tcp'},
              {'target': 50051, 'protocol': 'tcp', 'app_protocol': 'grpc'},
              {'target': 53, 'published': '53', 'protocol': 'udp'}]}}}
            """);
    JsonNode a = service(model, "a");
    assertThat(a.path("ports")).hasSize(3);
    assertThat(a.path("ports").findValuesAsText("host_ip")).containsOnly("127.0.0.1");
    assertThat(a.path("ports").findValuesAsText("published")).isEmpty();
    assertThat(a.path("expose")).hasSize(1);
    assertThat(notices).singleElement().asString().contains("53/udp");
    ExposedService read = ServiceLabel.read("a", a.at("/labels").path(ServiceLabel.KEY).asText());
    assertThat(read.ports())
        .containsExactly(
            new ServicePort("a", 80, "http"),
            new ServicePort("a", 443, "https"),
            new ServicePort("a", 50051, "grpc"));
    assertThat(read.labels()).isEqualTo(Map.of("team", "red"));
    assertThat(ServiceLabel.read("a", "no json").ports()).isEmpty();
  }

  @Test
  void keepsNamesApartAndContainersReachable() throws Exception {
    DeployableModel model =
        rewrite(
            """
            {'services': {
               'a': {'image': 'x', 'container_name': 'fancy', 'networks': {'default': null, 'n': {'aliases': ['q']}}},
               'b': {'image': 'x', 'network_mode': 'container:fancy', 'volumes_from': ['container:fancy:ro', 'a'], 'pid': 'container:foreign'}},
             'networks': {'default': {'name': 'preview-id_default'}, 'n': {'name': 'corp'}, 'e': {'name': 'theirs', 'external': true}},
             'volumes': {'v': {'name': 'shared'}, 'w': {'name': 'shared'}, 'plain': null, 'e': {'name': 'theirs', 'external': true}}}
            """);
    JsonNode json = json(model);
    assertThat(service(model, "a").has("container_name")).isFalse();
    assertThat(service(model, "a").at("/networks/default/aliases/0").asText()).isEqualTo("fancy");
    assertThat(service(model, "a").at("/networks/n/aliases").toString())
        .isEqualTo("[\"q\",\"fancy\"]");
    assertThat(service(model, "b").path("network_mode").asText()).isEqualTo("service:a");
    assertThat(service(model, "b").path("volumes_from").toString()).isEqualTo("[\"a:ro\",\"a\"]");
    assertThat(service(model, "b").path("pid").asText()).isEqualTo("container:foreign");
    assertThat(json.at("/networks/n/name").asText()).isEqualTo("preview-id_n");
    assertThat(json.at("/networks/e/name").asText()).isEqualTo("theirs");
    assertThat(json.at("/volumes/v/name")).isEqualTo(json.at("/volumes/w/name"));
    assertThat(json.at("/volumes/v/name").asText()).isEqualTo("preview-id_v");
    assertThat(json.at("/volumes/plain/name").asText()).isEqualTo("preview-id_plain");
    assertThat(json.at("/volumes/plain/labels").path("dev.previews.environment").asText())
        .isEqualTo("id");
    assertThat(json.at("/volumes/e").has("labels")).isFalse();
    assertThat(json.path("name").asText()).isEqualTo("preview-id");
  }

  @Test
  void buildsUnderItsOwnName() throws Exception {
    Files.createDirectories(project.resolve("ctx"));
    DeployableModel model =
        rewrite(
            """
            {'services': {
               'made': {'image': 'base:1', 'build': {'context': '%1$s/ctx', 'tags': ['base:2'], 'labels': {'l': 'm'}}, 'develop': {}},
               'same': {'image': 'docker.io/library/base:1'}, 'other': {'image': 'base:2'},
               'Upper.Case': {'build': {'context': 'https://example.org/x.git'}}}}
            """
                .formatted(project));
    assertThat(service(model, "made").path("image").asText()).isEqualTo("preview-id-made");
    assertThat(service(model, "same").path("image").asText()).isEqualTo("preview-id-made");
    assertThat(service(model, "other").path("image").asText()).isEqualTo("base:2");
    assertThat(service(model, "made").has("build")).isFalse();
    assertThat(service(model, "made").has("develop")).isFalse();
    JsonNode built = new ObjectMapper().readTree(model.buildInput()).at("/services/made/build");
    assertThat(built.has("tags")).isFalse();
    assertThat(built.path("labels").path("l").asText()).isEqualTo("m");
    assertThat(built.path("labels").path("dev.previews.environment").asText()).isEqualTo("id");
    assertThat(model.builds()).extracting(Build::always).containsExactly(false, true);
    assertThat(model.builds().get(1).image()).matches("preview-id-upper-case-[0-9a-f]{8}");
  }

  @Test
  void takesNamesWithEveryCharacterAndTwoHundredServices() throws Exception {
    StringBuilder text = new StringBuilder("{'services': {");
    for (int i = 0; i < 200; i++) {
      String name =
          switch (i % 4) {
            case 0 -> "a-._B" + i;
            case 1 -> "A_-." + i;
            case 2 -> "x.." + i + "__";
            default -> "0" + i + "--Z";
          };
      text.append("'" + name + "': {'build': {'context': '" + project + "'}},");
    }
    DeployableModel model = rewrite(text.substring(0, text.length() - 1) + "}}");
    assertThat(model.services()).hasSize(200);
    assertThat(model.services().stream().map(DeployedService::image).distinct())
        .hasSize(200)
        .allMatch(it -> it.matches("[a-z0-9]+(?:(?:\\.|_{1,2}|-+)[a-z0-9]+)*"));
  }

  @Test
  void refusesTheHostNetworkWhereOthersShareIt() throws Exception {
    String text = "{'services': {'a': {'image': 'x', 'network_mode': 'host'}}}";
    assertThatThrownBy(() -> rewrite(text))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("docker().isolated()");
    assertThat(rewrite(text, project, false).services()).hasSize(1);
  }

  @Test
  void knowsReplicasAndWhatMustComplete() throws Exception {
    DeployableModel model =
        rewrite(
            """
            {'services': {
              'a': {'image': 'x', 'deploy': {'replicas': 3}, 'depends_on': {'m': {'condition': 'service_completed_successfully'}}},
              'm': {'image': 'x', 'scale': 2, 'pull_policy': 'never', 'command': ['echo', '$$HOME']}}}
            """);
    assertThat(model.services())
        .containsExactly(
            new DeployedService("a", "x", "", 3, false),
            new DeployedService("m", "x", "never", 2, true));
    assertThat(service(model, "m").at("/command/1").asText()).isEqualTo("$$HOME");
  }

  private static String mount(Path source, String create) {
    return "{'services': {'a': {'image': 'x', 'volumes': [{'type': 'bind', 'source': '"
        + source
        + "', 'target': '/t', 'bind': {'create_host_path': "
        + create
        + "}}]}}}";
  }

  private static String digest(DeployableModel model) throws IOException {
    return service(model, "a").path("labels").path(FileObjects.DIGEST_LABEL).asText();
  }

  private DeployableModel rewrite(String text) throws IOException {
    return rewrite(text, project, true);
  }

  private DeployableModel rewrite(String text, Path directory, boolean shared) throws IOException {
    Machine machine =
        Machine.of(
                new Environment(
                    EnvironmentId.of("id"),
                    "test",
                    "me",
                    Instant.EPOCH,
                    Environment.State.RUNNING,
                    ""))
            .directory("/m")
            .shared(shared)
            .build();
    Context context =
        Context.of(
            Deadline.in(Duration.ofSeconds(10)),
            event ->
                Stream.of(event)
                    .filter(ProgressEvent.Notice.class::isInstance)
                    .forEach(it -> notices.add(((ProgressEvent.Notice) it).text())));
    return ModelRewriter.rewrite(
        new ComposeModel(ModelJson.read(text.replace('\'', '"'))),
        machine,
        new MachinePaths(directory, "/m/files"),
        directory,
        values,
        digest -> key + digest,
        context);
  }

  private static JsonNode json(DeployableModel model) throws IOException {
    return new ObjectMapper().readTree(model.runInput());
  }

  private static JsonNode service(DeployableModel model, String name) throws IOException {
    return json(model).path("services").path(name);
  }
}
