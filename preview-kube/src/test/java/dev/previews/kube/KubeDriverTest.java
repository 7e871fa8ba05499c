package dev.previews.kube;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.previews.environment.Environment;
import dev.previews.environment.EnvironmentId;
import dev.previews.error.InvalidInputException;
import dev.previews.error.OwnershipException;
import dev.previews.kube.cluster.FakeExchange;
import dev.previews.kube.cluster.FakeServer;
import dev.previews.spi.Context;
import dev.previews.spi.Driver;
import dev.previews.spi.Machine;
import dev.previews.spi.MachineSpec;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The driver before a server that the lab does not have. */
class KubeDriverTest {
  private static final String SETS = "/apis/apps/v1/namespaces/ns/statefulsets";
  private static final String SERVICES = "/api/v1/namespaces/ns/services";
  private static final String RULES = "/apis/authorization.k8s.io/v1/selfsubjectrulesreviews";
  private static final String ACCESS = "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews";
  private static final int ENVIRONMENTS = 1000;

  @TempDir Path directory;
  private final FakeServer server = new FakeServer();

  @AfterEach
  void close() {
    server.close();
  }

  private static Context context() {
    return Context.within(Duration.ofSeconds(20));
  }

  private Driver driver() throws IOException {
    return Kube.kube().kubeconfig(server.kubeconfig(directory)).namespace("ns").open(context());
  }

  private static MachineSpec spec() {
    return MachineSpec.of(EnvironmentId.of("demo"), "alice");
  }

  @Test
  void aThousandEnvironmentsAreListedInPagesOfOneRequestForEachKind() throws Exception {
    server.on("GET", "/apis/apps/v1/namespaces/ns/deployments", 200, "{\"items\":[]}");
    server.on(exchange -> exchange.path().equals(SETS) && page(exchange));
    try (Driver driver = driver()) {
      List<Machine> all = driver.list(context());
      assertThat(all).hasSize(ENVIRONMENTS);
      assertThat(all)
          .extracting(it -> it.environment().state())
          .containsOnly(Environment.State.RUNNING);
      assertThat(all).extracting(it -> it.id().value()).isSorted().contains("env-0007");
      assertThat(all.get(7).environment().owner()).isEqualTo("owner 7");
    }
    assertThat(server.requests())
        .hasSize(5)
        .satisfiesExactlyInAnyOrder(
            it -> assertThat(it).startsWith("GET /version"),
            it -> assertThat(it).contains("/deployments?").contains("limit=500"),
            it -> assertThat(it).contains("/statefulsets?").contains("limit=500"),
            it -> assertThat(it).contains("/statefulsets?").contains("continue=500"),
            it -> assertThat(it).contains("/persistentvolumeclaims?").contains("limit=500"));
  }

  private static boolean page(FakeExchange exchange) throws IOException {
    int limit = Integer.parseInt(exchange.query("limit").get(0));
    int from = exchange.query("continue").stream().mapToInt(Integer::parseInt).sum();
    int to = Math.min(ENVIRONMENTS, from + limit);
    List<String> items = new ArrayList<>();
    IntStream.range(from, to)
        .forEach(
            i ->
                items.add(
                    """
                    {"metadata":{"name":"e%1$d","labels":{"dev.previews.environment":"env-%1$04d",
                    "dev.previews.created":"1700000000","app.kubernetes.io/component":"docker-host"},
                    "annotations":{"dev.previews.owner":"owner %1$d"}},"status":{"readyReplicas":1}}
                    """
                        .formatted(i)));
    return exchange.answer(
        200,
        "{\"metadata\":{\"continue\":\""
            + (to < ENVIRONMENTS ? to : "")
            + "\"},\"items\":["
            + String.join(",", items)
            + "]}");
  }

  private void kinds() {
    server.on(
        "GET",
        "/api/v1",
        200,
        "{\"resources\":[{\"name\":\"services\",\"kind\":\"Service\",\"namespaced\":true}]}");
    server.on(
        "GET",
        "/apis/apps/v1",
        200,
        "{\"resources\":[{\"name\":\"statefulsets\",\"kind\":\"StatefulSet\",\"namespaced\":true}]}");
  }

  @Test
  void missingRightsAreNamedWithVerbAndResourceBeforeAnythingIsCreated() throws Exception {
    kinds();
    server.on(
        "POST",
        RULES,
        201,
        """
        {"status":{"incomplete":true,"resourceRules":[
        {"verbs":["get","list","create","patch"],"apiGroups":["apps"],"resources":["*"]},
        {"verbs":["*"],"apiGroups":[""],"resources":["services","pods","persistentvolumeclaims"]},
        {"verbs":["get"],"apiGroups":[""],"resources":["pods/exec"],"resourceNames":["other"]}]}}
        """);
    server.on(
        exchange ->
            exchange.path().equals(ACCESS)
                && exchange.answer(
                    201,
                    "{\"status\":{\"allowed\":" + exchange.body().contains("portforward") + "}}"));
    try (Driver driver = driver()) {
      assertThatThrownBy(() -> driver.ensure(spec(), context()))
          .isInstanceOf(InvalidInputException.class)
          .hasMessageContaining("nothing was created")
          .hasMessageContaining("delete statefulsets of apps")
          .hasMessageContaining("get pods/exec")
          .hasMessageNotContaining("portforward")
          .hasMessageNotContaining("create statefulsets")
          .hasMessageNotContaining("services");
    }
    assertThat(server.requests())
        .noneMatch(it -> it.startsWith("POST " + SETS) || it.startsWith("POST " + SERVICES))
        .noneMatch(it -> it.startsWith("PATCH") && !it.contains("dryRun=All"));
  }

  @Test
  void anObjectThatSomebodyElseWasQuickerToCreateIsLeftAlone() throws Exception {
    kinds();
    server.on(
        "POST",
        RULES,
        201,
        "{\"status\":{\"resourceRules\":[{\"verbs\":[\"*\"],\"apiGroups\":[\"*\"],"
            + "\"resources\":[\"*\"]}]}}");
    boolean[] taken = new boolean[1];
    server.on(
        exchange -> {
          if (exchange.method().equals("PATCH")) {
            return exchange.answer(200, "{}");
          }
          if (exchange.method().equals("POST") && exchange.path().equals(SERVICES)) {
            taken[0] = true;
            return exchange.answer(409, "{\"message\":\"already exists\"}");
          }
          return taken[0]
              && exchange.path().equals(SERVICES + "/preview-demo")
              && exchange.answer(
                  200,
                  """
                  {"kind":"Service","metadata":{"name":"preview-demo","namespace":"ns",
                  "labels":{"dev.previews.environment":"other"},
                  "annotations":{"dev.previews.owner":"bob"}}}
                  """);
        });
    try (Driver driver = driver()) {
      assertThatThrownBy(() -> driver.ensure(spec(), context()))
          .isInstanceOf(OwnershipException.class)
          .hasMessageContaining("preview-demo")
          .hasMessageContaining("other")
          .hasMessageContaining("bob")
          .hasMessageContaining("alice");
    }
    assertThat(server.requests())
        .noneMatch(it -> it.startsWith("DELETE"))
        .noneMatch(it -> it.startsWith("POST " + SETS));
  }
}
