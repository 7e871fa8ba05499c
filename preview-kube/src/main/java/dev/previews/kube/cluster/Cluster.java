package dev.previews.kube.cluster;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.previews.error.ConnectionException;
import dev.previews.error.PreviewInterruptedException;
import dev.previews.exec.Deadline;
import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.http.HttpClient;
import io.fabric8.kubernetes.client.http.HttpRequest;
import io.fabric8.kubernetes.client.http.HttpResponse;
import io.fabric8.kubernetes.client.utils.HttpClientUtils;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.WebSocket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** One API server: requests as JSON trees, and WebSockets. Thread-safe. */
public final class Cluster implements AutoCloseable {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final TypeReference<LinkedHashMap<String, Object>> TREE = new TypeReference<>() {};
  private static final Duration PER_REQUEST = Duration.ofSeconds(30);
  private static final int ATTEMPTS_AFTER_A_BROKEN_CONNECTION = 3;

  private final Config config;
  private final Duration connectTimeout;
  private final SocketFactory sockets = new SocketFactory();
  private final HttpClient http;
  private final Map<String, List<KubeObject>> kinds = new ConcurrentHashMap<>();

  private Cluster(ClusterSettings settings) {
    config = ConfigSource.read(settings);
    connectTimeout = settings.connectTimeout();
    HttpClient.Builder builder = sockets.newBuilder();
    HttpClientUtils.applyCommonConfiguration(config, builder, sockets);
    http = builder.build();
    sockets.authenticateAs(config);
  }

  /**
   * Opens a cluster and asks it for its version.
   *
   * @throws dev.previews.error.InvalidInputException when the settings are wrong
   * @throws ConnectionException when it does not answer within the connect timeout
   */
  public static Cluster open(ClusterSettings settings, Deadline deadline) {
    Cluster cluster = new Cluster(settings);
    try {
      cluster.request(
          "GET", "/version", Map.of(), null, deadline.within(settings.connectTimeout()));
      return cluster;
    } catch (RuntimeException e) {
      cluster.close();
      throw e;
    }
  }

  /** The server's address. */
  public String server() {
    return config.getMasterUrl().replaceAll("/+$", "");
  }

  /** The namespace to work in. */
  public String namespace() {
    return config.getNamespace();
  }

  /** GET. */
  public Answer get(String path, Map<String, String> query, Deadline deadline) {
    return request("GET", path, query, null, deadline);
  }

  /** POST. */
  public Answer post(String path, Map<String, Object> body, Deadline deadline) {
    return request("POST", path, Map.of(), body, deadline);
  }

  /** DELETE; {@code options} are a {@code DeleteOptions}. */
  public Answer delete(String path, Map<String, Object> options, Deadline deadline) {
    return request("DELETE", path, Map.of(), options, deadline);
  }

  /** Server-side apply: creates the object, or makes the fields that it names so. */
  public Answer apply(
      String path, KubeObject object, Map<String, String> query, Deadline deadline) {
    return request("PATCH", path, query, object.tree(), deadline);
  }

  /** A text, like a container's log; empty when there is none. */
  public String text(String path, Map<String, String> query, Deadline deadline) {
    HttpResponse<String> response = send("GET", path, query, null, deadline);
    return response.isSuccessful() && response.body() != null ? response.body() : "";
  }

  /** All objects of a collection, a page at a time. */
  public Listing list(String path, Map<String, String> query, Deadline deadline) {
    return new Pages(this).list(path, query, deadline);
  }

  /**
   * The resources of a group and version ({@code v1}, {@code apps/v1}) as {@code APIResource}s;
   * empty when the cluster does not have it. Asked for once.
   */
  public List<KubeObject> resources(String apiVersion, Deadline deadline) {
    List<KubeObject> known = kinds.get(apiVersion);
    if (known == null) {
      Answer answer = get(base(apiVersion), Map.of(), deadline);
      known = answer.notFound() ? List.of() : answer.orThrow().objects("resources");
      kinds.put(apiVersion, known);
    }
    return known;
  }

  /** The path of a group and version. */
  public static String base(String apiVersion) {
    return (apiVersion.indexOf('/') < 0 ? "/api/" : "/apis/") + apiVersion;
  }

  /** Opens a WebSocket, with our credentials. */
  public CompletableFuture<WebSocket> socket(
      String path, String query, String subprotocol, WebSocket.Listener listener) {
    URI uri = URI.create("ws" + server().substring("http".length()) + path + "?" + query);
    return sockets.open(uri, subprotocol, listener, connectTimeout);
  }

  /** A query string. */
  public static String query(Map<String, String> parameters) {
    return parameters.entrySet().stream()
        .map(it -> encode(it.getKey()) + "=" + encode(it.getValue()))
        .collect(Collectors.joining("&"));
  }

  /** A value as it may stand in a query or a path. */
  public static String encode(String value) {
    return URLEncoder.encode(value, StandardCharsets.UTF_8).replace("+", "%20");
  }

  private Answer request(
      String method,
      String path,
      Map<String, String> query,
      @Nullable Map<String, Object> body,
      Deadline deadline) {
    while (true) {
      HttpResponse<String> response = send(method, path, query, body, deadline);
      Answer answer =
          new Answer(server(), method + " " + path, response.code(), parse(response.body()));
      if (response.code() != 429 && response.code() != 503) {
        return answer;
      }
      deadline.pause(
          retryAfter(response),
          "the Kubernetes API server " + server() + ", which is busy",
          () -> answer.failure().getMessage());
    }
  }

  private HttpResponse<String> send(
      String method,
      String path,
      Map<String, String> query,
      @Nullable Map<String, Object> body,
      Deadline deadline) {
    HttpRequest.Builder builder =
        http.newHttpRequestBuilder()
            .uri(server() + path + (query.isEmpty() ? "" : "?" + query(query)))
            .timeout(PER_REQUEST.toMillis(), TimeUnit.MILLISECONDS);
    if (body != null) {
      builder.method(method, contentType(method), write(body));
    } else {
      builder.method(method, "application/json", (String) null);
    }
    HttpRequest request = builder.build();
    for (int attempt = 1; ; attempt++) {
      Duration most = deadline.remaining(PER_REQUEST);
      try {
        return http.sendAsync(request, String.class)
            .get(Math.max(1, most.toMillis()), TimeUnit.MILLISECONDS);
      } catch (ExecutionException e) {
        if (attempt == ATTEMPTS_AFTER_A_BROKEN_CONNECTION || deadline.passed()) {
          throw unreachable(method, path, e.getCause() == null ? e : e.getCause());
        }
        Throwable broken = e;
        deadline.pause(Duration.ofMillis(200L * attempt), server(), () -> broken.toString());
      } catch (TimeoutException e) {
        throw new ConnectionException(
            "the Kubernetes API server "
                + server()
                + " did not answer "
                + method
                + " "
                + path
                + " within "
                + most.toMillis()
                + " ms: is the address right, is there a proxy or a"
                + " firewall between?");
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new PreviewInterruptedException("interrupted while asking " + server(), e);
      }
    }
  }

  private ConnectionException unreachable(String method, String path, Throwable cause) {
    return new ConnectionException(
        "the Kubernetes API server " + server() + " cannot be reached for " + method + " " + path,
        cause.toString(),
        cause);
  }

  private static String contentType(String method) {
    // JSON is YAML; servers before 1.32 know no other name for an apply.
    return method.equals("PATCH") ? "application/apply-patch+yaml" : "application/json";
  }

  private static Duration retryAfter(HttpResponse<String> response) {
    String header = response.header("Retry-After");
    return header != null && header.matches("\\d{1,4}")
        ? Duration.ofSeconds(Long.parseLong(header))
        : Duration.ofSeconds(1);
  }

  private static String write(Map<String, Object> tree) {
    try {
      return JSON.writeValueAsString(tree);
    } catch (JsonProcessingException e) {
      throw new IllegalArgumentException("not a JSON tree", e);
    }
  }

  /** A JSON text as an object; an empty one when it is none. */
  public static KubeObject parse(@Nullable String json) {
    try {
      return new KubeObject(json == null ? new LinkedHashMap<>() : JSON.readValue(json, TREE));
    } catch (JsonProcessingException e) {
      return new KubeObject(new LinkedHashMap<>());
    }
  }

  @Override
  public void close() {
    http.close();
  }
}
