package dev.previews.kube.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsServer;
import dev.previews.error.InvalidInputException;
import dev.previews.exec.Deadline;
import java.io.File;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Which cluster is meant, and who we are to it. */
class KubeconfigTest {
  @TempDir Path directory;
  private final List<String> authorizations = new CopyOnWriteArrayList<>();
  private final FakeServer server =
      new FakeServer()
          .on(
              exchange -> {
                authorizations.add(exchange.header("Authorization"));
                return false;
              });

  @AfterEach
  void close() {
    server.close();
  }

  private Path write(String name, String text) throws IOException {
    return Files.writeString(directory.resolve(name), text);
  }

  private String users(String user) {
    return """
    apiVersion: v1
    kind: Config
    clusters: [{name: c, cluster: {server: "%s"}}]
    users: [{name: u, user: %s}]
    """
        .formatted(server.url(), user);
  }

  private static final String CONTEXTS =
      """
      contexts:
      - {name: staging, context: {cluster: c, user: u, namespace: team}}
      - {name: other, context: {cluster: c, user: u}}
      current-context: staging
      """;

  /** Opens the cluster and returns its namespace. */
  private static String open(@Nullable Path file, @Nullable String context) {
    ClusterSettings settings = new ClusterSettings(file, context, null, Duration.ofSeconds(30));
    try (Cluster cluster = Cluster.open(settings, Deadline.in(Duration.ofSeconds(30)))) {
      return cluster.namespace();
    }
  }

  /** What the second JVM runs. */
  public static final class Probe {
    private Probe() {}

    public static void main(String[] arguments) {
      System.out.println(open(null, arguments.length > 0 ? arguments[0] : null));
    }
  }

  private static String probe(Map<String, String> environment, String... arguments)
      throws IOException, InterruptedException {
    List<String> argv =
        new java.util.ArrayList<>(
            List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:TieredStopAtLevel=1",
                "-cp",
                System.getProperty(
                    "surefire.test.class.path", System.getProperty("java.class.path")),
                Probe.class.getName()));
    argv.addAll(List.of(arguments));
    ProcessBuilder builder = new ProcessBuilder(argv).redirectErrorStream(true);
    builder.environment().remove("KUBECONFIG");
    builder.environment().putAll(environment);
    Process process = builder.start();
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor(30, TimeUnit.SECONDS)).isTrue();
    return output.strip();
  }

  @Test
  void theFilesOfKubeconfigAreOne() throws Exception {
    Path first = write("first", "apiVersion: v1\nkind: Config\n" + CONTEXTS);
    Path second = write("second", users("{token: abc}"));
    Map<String, String> environment = Map.of("KUBECONFIG", first + File.pathSeparator + second);
    assertThat(probe(environment)).isEqualTo("team");
    assertThat(probe(environment, "other")).isEqualTo("default");
    assertThat(authorizations).containsOnly("Bearer abc");
  }

  @Test
  void aContextIsChosenAndAnUnknownOneIsRefusedWithThoseThatThereAre() throws Exception {
    Path file = write("config", users("{token: abc}") + CONTEXTS);
    assertThat(open(file, null)).isEqualTo("team");
    assertThat(open(file, "other")).isEqualTo("default");
    assertThatThrownBy(() -> open(file, "production"))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("production")
        .hasMessageContaining("[other, staging]");
  }

  @Test
  void aPluginGivesTheToken() throws Exception {
    Path plugin =
        write(
            "plugin",
            """
            #!/bin/sh
            echo '{"kind":"ExecCredential","apiVersion":"client.authentication.k8s.io/v1",
            "status":{"token":"'"$1-$FROM"'"}}'
            """);
    assertThat(plugin.toFile().setExecutable(true)).isTrue();
    String user =
        "{exec: {apiVersion: client.authentication.k8s.io/v1, command: \""
            + plugin
            + "\", args: [fresh], env: [{name: FROM, value: plugin}],"
            + " interactiveMode: Never}}";
    assertThat(open(write("config", users(user) + CONTEXTS), null)).isEqualTo("team");
    assertThat(authorizations).containsOnly("Bearer fresh-plugin");
  }

  @Test
  void aBrokenFileIsNamedAndNotQuoted() throws Exception {
    Path file = write("config", "users: [{name: u, user: {token: abc\n  : {");
    assertThatThrownBy(() -> open(file, null))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining(file.toString())
        .hasMessageNotContaining("abc");
    assertThatThrownBy(() -> open(directory.resolve("none"), null))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("none");
  }

  @Test
  void withoutAnythingItSaysWhereItLooked() throws Exception {
    String output = probe(Map.of("KUBECONFIG", directory.resolve("nothing").toString()));
    assertThat(output).contains("nothing").contains("KUBECONFIG");
  }

  /** A Pod's server has TLS, whatever the Pod says. */
  private HttpsServer serverOfPods() throws Exception {
    OpenSslKeys keys = new OpenSslKeys(directory);
    keys.make("server", "rsa:2048", "subjectAltName=IP:127.0.0.1");
    HttpsServer https =
        HttpsServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 10);
    https.setHttpsConfigurator(new HttpsConfigurator(keys.context("server")));
    https.createContext(
        "/",
        exchange -> {
          try (exchange) {
            authorizations.add(exchange.getRequestHeaders().getFirst("Authorization"));
            byte[] body = "{\"major\":\"1\",\"minor\":\"30\"}".getBytes(StandardCharsets.UTF_8);
            exchange.getResponseHeaders().set("Content-Type", "application/json");
            exchange.sendResponseHeaders(200, body.length);
            exchange.getResponseBody().write(body);
          }
        });
    https.start();
    return https;
  }

  @Test
  void inAPodItIsTheServiceAccount() throws Exception {
    Path token = write("token", "pod-token");
    Path namespace = write("namespace", "pod-namespace");
    HttpsServer https = serverOfPods();
    try {
      String output =
          probe(
              Map.of(
                  "KUBECONFIG", directory.resolve("nothing").toString(),
                  "KUBERNETES_SERVICE_HOST", "127.0.0.1",
                  "KUBERNETES_SERVICE_PORT", String.valueOf(https.getAddress().getPort()),
                  "KUBERNETES_TRUST_CERTIFICATES", "true",
                  "KUBERNETES_AUTH_SERVICEACCOUNT_TOKEN", token.toString(),
                  "KUBENAMESPACE", namespace.toString()));
      assertThat(output).isEqualTo("pod-namespace");
      assertThat(authorizations).isNotEmpty().containsOnly("Bearer pod-token");
    } finally {
      https.stop(0);
    }
  }
}
