package dev.previews.kube.cluster;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.previews.error.ConnectionException;
import dev.previews.error.InvalidInputException;
import dev.previews.error.PreviewInterruptedException;
import dev.previews.exec.Deadline;
import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.http.HttpClient;
import io.fabric8.kubernetes.client.http.HttpRequest;
import io.fabric8.kubernetes.client.http.HttpResponse;
import io.fabric8.kubernetes.client.utils.HttpClientUtils;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.WebSocket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeParseException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
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
  private static final int CREATE_FOR_STREAMS = 35;
  private static final Duration LAST_LOOK = Duration.ofSeconds(1);
  private static final int ATTEMPTS_AFTER_A_BROKEN_CONNECTION = 3;

  private final Config config;
  private final Duration connectTimeout;
  private final SocketFactory sockets = new SocketFactory();
  private final HttpClient http;
  private final Map<String, List<KubeObject>> kinds = new ConcurrentHashMap<>();
  private KubeObject version = new KubeObject(Map.of());

  private Cluster(ClusterSettings settings) {
    config = ConfigSource.read(settings);
    connectTimeout = settings.connectTimeout();
    HttpClient.Builder builder = sockets.newBuilder();
    try {
      HttpClientUtils.applyCommonConfiguration(config, builder, sockets);
    } catch (KubernetesClientException e) {
      throw new InvalidInputException(
          "a certificate or key in the kubeconfig for " + config.getMasterUrl() + " cannot be used",
          e);
    }
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
      Deadline soon = deadline.within(settings.connectTimeout());
      cluster.version = cluster.request("GET", "/version", Map.of(), null, soon).body();
      return cluster;
    } catch (RuntimeException e) {
      cluster.close();
      throw e;
    }
  }

  /** Whether streams into a Pod need the right to create them, as from version 1.35 on. */
  public boolean wantsCreateForStreams() {
    String minor = version.text("minor").replaceAll("\\D.*", "");
    return version.text("major").equals("1")
        && !minor.isEmpty()
        && Integer.parseInt(minor) >= CREATE_FOR_STREAMS;
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
   * The {@code APIResource} of a kind of a group and version ({@code v1}, {@code apps/v1}); empty
   * when the cluster does not have it in namespaces. What was not there is asked for again: it may
   * be installed at any time.
   */
  public Optional<KubeObject> resource(String apiVersion, String kind, Deadline deadline) {
    Optional<KubeObject> known = resource(kinds.getOrDefault(apiVersion, List.of()), kind);
    if (known.isPresent()) {
      return known;
    }
    Answer answer = get(base(apiVersion), Map.of(), deadline);
    List<KubeObject> all = answer.notFound() ? List.of() : answer.orThrow().objects("resources");
    kinds.put(apiVersion, all);
    return resource(all, kind);
  }

  private static Optional<KubeObject> resource(List<KubeObject> all, String kind) {
    return all.stream()
        .filter(it -> it.text("kind").equals(kind) && it.text("name").indexOf('/') < 0)
        .filter(it -> it.text("namespaced").equals("true"))
        .findFirst();
  }

  /** The path of a group and version. */
  public static String base(String apiVersion) {
    return (apiVersion.indexOf('/') < 0 ? "/api/" : "/apis/") + apiVersion;
  }

  /** Asks for nothing much, so that credentials that have run out are renewed. */
  public void logIn(Deadline deadline) {
    request("GET", "/version", Map.of(), null, deadline);
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
          new Answer(
              server(),
              method + " " + path,
              response.code(),
              parse(response.body()),
              time(response));
      if (!isBusy(response)) {
        return answer;
      }
      String busy = "the Kubernetes API server " + server() + ", which is busy";
      deadline.pause(retryAfter(response), busy, () -> answer.failure().getMessage());
      if (deadline.remaining().toMillis() == 0) {
        throw deadline.expired(busy, answer.failure().getMessage());
      }
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
      Duration most = patience(deadline);
      CompletableFuture<HttpResponse<String>> response = http.sendAsync(request, String.class);
      try {
        return response.get(Math.max(1, most.toMillis()), TimeUnit.MILLISECONDS);
      } catch (ExecutionException e) {
        if (attempt == ATTEMPTS_AFTER_A_BROKEN_CONNECTION || deadline.passed()) {
          throw unreachable(method, path, e.getCause() == null ? e : e.getCause());
        }
        Throwable broken = e;
        deadline.pause(Duration.ofMillis(200L * attempt), server(), () -> broken.toString());
      } catch (TimeoutException e) {
        response.cancel(true);
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

  /**
   * The last look is worth a moment more than there is: what it shows is why there was no time. It
   * is for those that wait to say that the deadline has passed.
   */
  private Duration patience(Deadline deadline) {
    Duration left = deadline.remaining(PER_REQUEST);
    Duration least = LAST_LOOK.compareTo(connectTimeout) < 0 ? LAST_LOOK : connectTimeout;
    return left.compareTo(least) < 0 ? least : left;
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

  private static Instant time(HttpResponse<String> response) {
    String date = response.header("Date");
    try {
      return date == null
          ? Instant.now()
          : DateTimeFormatter.RFC_1123_DATE_TIME.parse(date, Instant::from);
    } catch (DateTimeParseException e) {
      return Instant.now();
    }
  }

  private static boolean isBusy(HttpResponse<String> response) {
    return response.code() == 429
        || response.code() == 503
        || response.code() >= 500 && response.header("Retry-After") != null;
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
