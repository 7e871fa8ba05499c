package dev.previews.kube.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.previews.error.ConnectionException;
import dev.previews.error.DeadlineException;
import dev.previews.error.RemoteCommandException;
import dev.previews.exec.Deadline;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What an API server may answer beside a success. */
class ClusterTest {
  private static final String LIST = "/api/v1/namespaces/ns/pods";

  @TempDir Path directory;
  private final FakeServer server = new FakeServer();

  @AfterEach
  void close() {
    server.close();
  }

  private static Deadline deadline() {
    return Deadline.in(Duration.ofSeconds(20));
  }

  @Test
  void aRefusalSaysWhatWasRefusedAndByWhom() throws Exception {
    server.on("GET", LIST, 403, "{\"message\":\"pods is forbidden: User me cannot list\"}");
    try (Cluster cluster = server.cluster(directory)) {
      assertThatThrownBy(() -> cluster.list(LIST, Map.of(), deadline()).orThrow())
          .isInstanceOf(RemoteCommandException.class)
          .hasMessageContaining(server.url())
          .hasMessageContaining("GET " + LIST)
          .hasMessageContaining("rbac.yaml")
          .hasMessageContaining("cannot list")
          .hasMessageNotContaining("secret-token");
    }
  }

  @Test
  void aNamespaceThatEndsIsNotTakenForAMissingRole() throws Exception {
    server.on(
        "POST", LIST, 403, "{\"message\":\"forbidden: it is being terminated\",\"code\":403}");
    try (Cluster cluster = server.cluster(directory)) {
      assertThatThrownBy(() -> cluster.post(LIST, Map.of(), deadline()).orThrow())
          .hasMessageContaining("being terminated")
          .hasMessageNotContaining("rbac.yaml");
    }
  }

  @Test
  void aBusyServerIsAskedAgainWhenItSaid() throws Exception {
    AtomicInteger asked = new AtomicInteger();
    server.on(
        exchange ->
            exchange.path().equals(LIST)
                && (asked.getAndIncrement() == 0
                    ? exchange.answer(429, "{\"message\":\"busy\"}", "Retry-After: 2")
                    : exchange.answer(200, "{\"items\":[]}")));
    try (Cluster cluster = server.cluster(directory)) {
      long start = System.nanoTime();
      assertThat(cluster.list(LIST, Map.of(), deadline()).orThrow()).isEmpty();
      assertThat(Duration.ofNanos(System.nanoTime() - start))
          .isBetween(Duration.ofMillis(1950), Duration.ofSeconds(6));
      assertThat(asked).hasValue(2);
    }
  }

  @Test
  void aServerThatStaysBusyEndsAtTheDeadline() throws Exception {
    server.on(
        exchange ->
            exchange.path().equals(LIST)
                && exchange.answer(429, "{\"message\":\"too many\"}", "Retry-After: 1"));
    try (Cluster cluster = server.cluster(directory)) {
      Deadline soon = Deadline.in(Duration.ofMillis(1500));
      assertThatThrownBy(() -> cluster.get(LIST, Map.of(), soon))
          .isInstanceOf(DeadlineException.class)
          .hasMessageContaining(server.url())
          .hasMessageContaining("too many");
    }
  }

  @Test
  void aListThatExpiredWhileItWasReadBeginsAnew() throws Exception {
    AtomicInteger continued = new AtomicInteger();
    server.on(
        exchange -> {
          if (!exchange.path().equals(LIST)) {
            return false;
          }
          if (exchange.query("continue").isEmpty()) {
            return exchange.answer(
                200, "{\"metadata\":{\"continue\":\"next\"},\"items\":[{\"kind\":\"A\"}]}");
          }
          return continued.getAndIncrement() == 0
              ? exchange.answer(410, "{\"message\":\"too old\"}")
              : exchange.answer(200, "{\"items\":[{\"kind\":\"B\"}]}");
        });
    try (Cluster cluster = server.cluster(directory)) {
      List<KubeObject> all = cluster.list(LIST, Map.of(), deadline()).orThrow();
      assertThat(all).extracting(KubeObject::kind).containsExactly("A", "B");
    }
  }

  @Test
  void aKindThatIsInstalledLaterIsSeen() throws Exception {
    String path = "/apis/example.com/v1";
    try (Cluster cluster = server.cluster(directory)) {
      assertThat(cluster.resource("example.com/v1", "Thing", deadline())).isEmpty();
      server.on("GET", path, 200, "{\"resources\":[]}");
      assertThat(cluster.resource("example.com/v1", "Thing", deadline())).isEmpty();
      server.on(
          "GET",
          path,
          200,
          "{\"resources\":[{\"name\":\"things\",\"kind\":\"Thing\",\"namespaced\":true}]}");
      for (int i = 0; i < 3; i++) {
        assertThat(cluster.resource("example.com/v1", "Thing", deadline()))
            .map(it -> it.text("name"))
            .contains("things");
      }
    }
    assertThat(server.requests()).filteredOn(it -> it.startsWith("GET " + path)).hasSize(3);
  }

  @Test
  void aConnectionThatBreaksIsTriedAgain() throws Exception {
    AtomicInteger asked = new AtomicInteger();
    server.on(
        exchange ->
            exchange.path().equals(LIST)
                && (asked.getAndIncrement() == 0
                    ? exchange.hangUp()
                    : exchange.answer(200, "{\"items\":[]}")));
    try (Cluster cluster = server.cluster(directory)) {
      assertThat(cluster.list(LIST, Map.of(), deadline()).orThrow()).isEmpty();
    }
  }

  @Test
  void aServerThatDoesNotAnswerFailsWithinTheConnectTimeoutAndIsNamed() throws Exception {
    try (ServerSocket silent = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      String url = "http://127.0.0.1:" + silent.getLocalPort();
      long start = System.nanoTime();
      assertThatThrownBy(() -> open(url, Duration.ofSeconds(1)))
          .isInstanceOf(ConnectionException.class)
          .hasMessageContaining(url);
      assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(3));
    }
  }

  @Test
  void aServerThatIsNotThereIsNamed() throws Exception {
    String url;
    try (ServerSocket gone = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      url = "http://127.0.0.1:" + gone.getLocalPort();
    }
    assertThatThrownBy(() -> open(url, Duration.ofSeconds(5)))
        .isInstanceOf(ConnectionException.class)
        .hasMessageContaining(url);
  }

  private void open(String url, Duration timeout) throws IOException {
    Path file = server.kubeconfig(directory);
    Files.writeString(file, Files.readString(file).replace(server.url(), url));
    Cluster.open(new ClusterSettings(file, null, null, timeout), deadline()).close();
  }
}
