package dev.previews.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Many requests of one service at once. */
@Timeout(90)
class ManyClientsIT {
  private static final int CLIENTS = 200;
  private static final HttpClient CLIENT =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

  @RegisterExtension static final HttpTunnels TUNNELS = new HttpTunnels();

  /** A stream costs a round trip to the agent, and the service a connection. */
  @Test
  void asManyStreamsStayOpenAsAreUsedAtOnce() throws Exception {
    TUNNELS.web().together = new CyclicBarrier(CLIENTS);
    Set<String> first = connections();
    assertThat(first).hasSize(CLIENTS);
    Set<String> further = connections();
    further.removeAll(first);
    // A client that opens a connection of its own again may come to another thread of the gateway.
    assertThat(further).hasSizeLessThan(20);
  }

  /** Those by which the service was asked. */
  private static Set<String> connections() throws Exception {
    HttpRequest request = TUNNELS.request("web", "/together").build();
    List<CompletableFuture<HttpResponse<String>>> answers = new ArrayList<>();
    for (int i = 0; i < CLIENTS; i++) {
      answers.add(CLIENT.sendAsync(request, HttpResponse.BodyHandlers.ofString()));
    }
    Set<String> connections = new HashSet<>();
    for (CompletableFuture<HttpResponse<String>> answer : answers) {
      connections.add(answer.get(40, TimeUnit.SECONDS).body());
    }
    return connections;
  }
}
