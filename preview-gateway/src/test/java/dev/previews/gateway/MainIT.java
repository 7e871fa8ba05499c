package dev.previews.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.previews.tunnel.names.ClientId;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The built jar, started as {@code java -jar} does it. */
@Timeout(90)
class MainIT {
  @TempDir Path folder;

  @Test
  void theJarServesAndEndsWhenTold() throws Exception {
    int ssh = freePort();
    int http = freePort();
    int metrics = freePort();
    Process gateway = start(ssh, http, metrics);
    try (WebService web = new WebService()) {
      HttpClient client = HttpClient.newHttpClient();
      HttpRequest ready =
          HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + metrics + "/readyz")).build();
      await()
          .atMost(Duration.ofSeconds(30))
          .ignoreExceptionsInstanceOf(IOException.class)
          .until(
              () -> client.send(ready, HttpResponse.BodyHandlers.ofString()).statusCode() == 200);
      OpenSsh user = OpenSsh.withNewKey(folder, ssh);
      try (OpenSsh.Running tunnel =
          user.start("-R", "/web:127.0.0.1:" + web.port(), "--", "hello")) {
        tunnel.awaitStdout("\r\n");
        URI page =
            URI.create(
                "http://127.0.0.1:"
                    + http
                    + "/proxy/web-"
                    + ClientId.of(user.publicKey())
                    + "/hello");
        assertThat(
                client
                    .send(
                        HttpRequest.newBuilder(page).build(), HttpResponse.BodyHandlers.ofString())
                    .body())
            .isEqualTo("hello");
        CompletableFuture<HttpResponse<String>> slow =
            client.sendAsync(
                HttpRequest.newBuilder(page.resolve("events")).build(),
                HttpResponse.BodyHandlers.ofString());
        Thread.sleep(500);
        gateway.destroy();
        assertThat(slow.get(20, TimeUnit.SECONDS).body()).contains("data: 49\n");
        assertThat(gateway.waitFor(20, TimeUnit.SECONDS)).isTrue();
        assertThat(gateway.exitValue()).isEqualTo(143);
      }
      assertLog(ClientId.of(user.publicKey()));
    } finally {
      gateway.destroyForcibly();
    }
  }

  /** Three clients as agents do it, under requests that never cease. */
  @Test
  void aKilledGatewayIsBackWithTheSameNames() throws Exception {
    int ssh = freePort();
    int http = freePort();
    int metrics = freePort();
    List<Process> clients = new ArrayList<>();
    Process gateway = start(ssh, http, metrics);
    try (WebService web = new WebService()) {
      List<URI> pages = new ArrayList<>();
      for (int i = 0; i < 3; i++) {
        OpenSsh user = OpenSsh.withNewKey(folder, ssh);
        pages.add(
            URI.create(
                "http://127.0.0.1:"
                    + http
                    + "/proxy/web-"
                    + ClientId.of(user.publicKey())
                    + "/hello"));
        clients.add(user.startForEver("/web:127.0.0.1:" + web.port()));
      }
      HttpClient client = HttpClient.newHttpClient();
      awaitAll(client, pages);
      AtomicBoolean over = new AtomicBoolean();
      List<CompletableFuture<Void>> load = new ArrayList<>();
      for (int i = 0; i < 4; i++) {
        URI page = pages.get(i % 3);
        load.add(
            CompletableFuture.runAsync(
                () -> {
                  while (!over.get()) {
                    try {
                      status(client, page);
                    } catch (IOException e) {
                      pause(); // nobody listens just now
                    }
                  }
                }));
      }
      gateway.destroyForcibly().waitFor();
      gateway = start(ssh, http, metrics);
      awaitAll(client, pages);
      over.set(true);
      for (CompletableFuture<Void> each : load) {
        each.get(20, TimeUnit.SECONDS);
      }
    } finally {
      gateway.destroyForcibly();
      for (Process each : clients) {
        List<ProcessHandle> children = each.descendants().toList();
        each.destroyForcibly();
        children.forEach(ProcessHandle::destroyForcibly);
      }
    }
  }

  private static void awaitAll(HttpClient client, List<URI> pages) {
    await()
        .atMost(Duration.ofSeconds(40))
        .ignoreExceptionsInstanceOf(IOException.class)
        .until(
            () -> {
              for (URI page : pages) {
                if (status(client, page) != 200) {
                  return false;
                }
              }
              return true;
            });
  }

  private static int status(HttpClient client, URI page) throws IOException {
    try {
      return client
          .send(
              HttpRequest.newBuilder(page).timeout(Duration.ofSeconds(10)).build(),
              HttpResponse.BodyHandlers.ofString())
          .statusCode();
    } catch (InterruptedException e) {
      throw new IOException(e);
    }
  }

  private static void pause() {
    try {
      Thread.sleep(100);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  @Test
  void withoutAUrlItSaysWhatIsMissing() throws Exception {
    Process gateway =
        new ProcessBuilder(java(), "-jar", jar().toString()).redirectErrorStream(true).start();
    assertThat(gateway.waitFor(20, TimeUnit.SECONDS)).isTrue();
    assertThat(new String(gateway.getInputStream().readAllBytes(), StandardCharsets.UTF_8))
        .contains("BASE_URL is not set");
    assertThat(gateway.exitValue()).isEqualTo(1);
  }

  /** Each line is an object, and says of whom it speaks. */
  private void assertLog(String id) throws IOException {
    List<String> events = new ArrayList<>();
    for (String line : Files.readAllLines(folder.resolve("log"))) {
      JsonNode event = new ObjectMapper().readTree(line);
      assertThat(event.path("timestamp").isIntegralNumber()).as(line).isTrue();
      events.add(event.path("formattedMessage").asText() + " " + event.path("kvpList"));
    }
    assertThat(events)
        .contains("tunnel opened [{\"client\":\"" + id + "\"},{\"tunnel\":\"web-" + id + "\"}]");
  }

  private Process start(int ssh, int http, int metrics) throws IOException {
    ProcessBuilder builder = new ProcessBuilder(java(), "-Xmx128m", "-jar", jar().toString());
    builder.environment().put("BASE_URL", "http://tunnels.test");
    builder.environment().put("SSH_PORT", String.valueOf(ssh));
    builder.environment().put("PORT", String.valueOf(http));
    builder.environment().put("LOG_FORMAT", "json");
    builder.environment().put("DRAIN_SECONDS", "10");
    builder.environment().put("METRICS_PORT", String.valueOf(metrics));
    return builder.redirectErrorStream(true).redirectOutput(folder.resolve("log").toFile()).start();
  }

  private static String java() {
    return Path.of(System.getProperty("java.home"), "bin", "java").toString();
  }

  private static Path jar() throws IOException {
    try (Stream<Path> files = Files.list(Path.of("target"))) {
      List<Path> jars =
          files
              .filter(
                  it ->
                      it.getFileName()
                          .toString()
                          .matches("preview-gateway-[^-]+(-SNAPSHOT)?\\.jar"))
              .toList();
      assertThat(jars).hasSize(1);
      return jars.get(0).toAbsolutePath();
    }
  }

  private static int freePort() throws IOException {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    }
  }
}
