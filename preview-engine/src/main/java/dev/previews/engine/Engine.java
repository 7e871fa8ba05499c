package dev.previews.engine;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.github.dockerjava.api.DockerClient;
import com.github.dockerjava.core.DockerClientConfig;
import com.github.dockerjava.core.DockerClientImpl;
import com.github.dockerjava.core.RemoteApiVersion;
import dev.previews.error.ConnectionException;
import dev.previews.error.NotFoundException;
import dev.previews.error.RemoteCommandException;
import dev.previews.exec.Deadline;
import dev.previews.exec.StdinSource;
import dev.previews.spi.Dialer;
import dev.previews.spi.DuplexStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * A Docker engine, spoken to over the streams of a dialer: docker-java's client, and the requests
 * that docker-java falls short of. Thread-safe.
 */
public final class Engine implements AutoCloseable {
  /** What our code was written for; engines of version 29 and later refuse less. */
  private static final RemoteApiVersion OURS = RemoteApiVersion.create(1, 44);

  private final ScheduledExecutorService alarms;
  private final EngineTransport transport;
  private final ClientConfig config;
  private final DockerClient client;

  private Engine(
      ScheduledExecutorService alarms, EngineTransport transport, RemoteApiVersion version) {
    this.alarms = alarms;
    this.transport = transport;
    this.config = new ClientConfig(version);
    this.client = DockerClientImpl.getInstance(config, transport);
  }

  /**
   * Asks the engine which API it speaks, and agrees on a version. The dialer stays the caller's.
   *
   * @throws ConnectionException when it cannot be reached or is no Docker engine
   * @throws dev.previews.error.DeadlineException when it does not answer in time
   */
  public static Engine open(Dialer dialer, Deadline deadline) {
    ScheduledExecutorService alarms = newAlarms();
    EngineTransport transport = new EngineTransport(dialer, alarms);
    try {
      return new Engine(alarms, transport, negotiate(transport, deadline));
    } catch (RuntimeException | Error e) {
      transport.close();
      alarms.shutdownNow();
      throw e;
    }
  }

  private static ScheduledExecutorService newAlarms() {
    ScheduledThreadPoolExecutor executor =
        (ScheduledThreadPoolExecutor)
            Executors.newScheduledThreadPool(
                1,
                work -> {
                  Thread thread = new Thread(work, "preview-engine-alarms");
                  thread.setDaemon(true);
                  return thread;
                });
    executor.setRemoveOnCancelPolicy(true);
    return executor;
  }

  private static RemoteApiVersion negotiate(EngineTransport transport, Deadline deadline) {
    HttpRequest ping = new HttpRequest("GET", "/_ping", Map.of(), HttpConnection.Body.NONE, false);
    try (HttpResponse response = transport.send(ping, deadline)) {
      String theirs = response.getHeader("Api-Version");
      if (response.getStatusCode() != 200 || theirs == null) {
        throw new ConnectionException(
            "what answers is no Docker engine: status "
                + response.getStatusCode()
                + " to /_ping"
                + (theirs == null ? ", no Api-Version" : ""),
            start(response.getBody()),
            null);
      }
      drain(response.getBody());
      RemoteApiVersion version;
      try {
        version = RemoteApiVersion.parseConfig(theirs);
      } catch (RuntimeException e) {
        throw new ConnectionException("the Docker engine names no API version: " + theirs, e);
      }
      return version.isGreaterOrEqual(OURS) ? OURS : version;
    }
  }

  /** docker-java's client, for requests that may take as long as they take. Not to be closed. */
  public DockerClient client() {
    return client;
  }

  /**
   * docker-java's client, whose requests, the reading of their answers included, fail with a {@link
   * dev.previews.error.DeadlineException} when the deadline passes. Not to be closed.
   */
  public DockerClient client(Deadline deadline) {
    return DockerClientImpl.getInstance(config, transport.within(deadline));
  }

  /** Runs commands in this engine's containers. */
  public EngineExec exec() {
    return new EngineExec(this);
  }

  /**
   * Sends a request whose answer turns the connection into a raw stream; the caller closes it.
   *
   * @param path without the version
   * @param json the request's body, as docker-java's mapper writes it
   * @throws RemoteCommandException when the engine refuses
   */
  public DuplexStream hijack(String path, Map<String, ?> json) {
    HttpResponse response =
        transport.send(
            new HttpRequest(
                "POST",
                versioned(path),
                Map.of("Content-Type", "application/json"),
                HttpConnection.Body.of(bytes(json)),
                true),
            null);
    if (response.getStatusCode() >= 300) {
      try (response) {
        throw refused("POST " + path, response);
      }
    }
    return response.raw();
  }

  /**
   * Loads images from an archive of {@code docker save}, as it is written.
   *
   * @return what the engine says it loaded, one line each
   * @throws RemoteCommandException when the engine refuses it
   * @throws dev.previews.error.DeadlineException when it has not taken it in time
   */
  public List<String> load(StdinSource archive, Deadline deadline) {
    HttpRequest request =
        new HttpRequest(
            "POST",
            versioned("/images/load?quiet=1"),
            Map.of("Content-Type", "application/x-tar"),
            HttpConnection.Body.of(archive),
            false);
    try (HttpResponse response = transport.send(request, deadline)) {
      if (response.getStatusCode() >= 300) {
        throw refused("loading an image", response);
      }
      return Progress.read(response.getBody(), "loading an image");
    } catch (IOException e) {
      throw new ConnectionException(
          "the connection to the Docker engine was lost while it loaded an image", e);
    }
  }

  /**
   * Opens the archive of some images, as {@code docker save} writes it; the caller closes it.
   * Reading fails when it does not come whole, or not in time.
   *
   * @throws NotFoundException when an image is missing
   */
  public InputStream save(List<String> images, Deadline deadline) {
    String names =
        images.stream()
            .map(name -> "names=" + URLEncoder.encode(name, StandardCharsets.UTF_8))
            .collect(Collectors.joining("&"));
    HttpResponse response =
        transport.send(
            new HttpRequest(
                "GET",
                versioned("/images/get?" + names),
                Map.of(),
                HttpConnection.Body.NONE,
                false),
            deadline);
    if (response.getStatusCode() >= 300) {
      try (response) {
        throw refused("saving " + String.join(", ", images), response);
      }
    }
    return response.getBody();
  }

  /**
   * Opens the log of a container, with a time before each message; the caller closes it.
   *
   * @param follow whether to wait for what is still to come, until the container stops
   * @param since seconds since the epoch; 0 for the beginning
   * @throws NotFoundException when there is no such container
   * @throws RemoteCommandException when the engine has no log of it
   */
  public ContainerMessages log(String container, boolean follow, int since) {
    return log(container, "timestamps=1&follow=" + follow + "&since=" + since, null);
  }

  /**
   * What a container printed last, to both outputs.
   *
   * @param lines how many lines
   * @throws NotFoundException when there is no such container
   * @throws RemoteCommandException when the engine has no log of it
   * @throws dev.previews.error.DeadlineException when it does not come in time
   */
  public String lastLines(String container, int lines, Deadline deadline) {
    try (ContainerMessages log = log(container, "tail=" + lines, deadline)) {
      ByteArrayOutputStream text = new ByteArrayOutputStream();
      for (byte[] next = log.next(); next.length > 0; next = log.next()) {
        text.writeBytes(next);
      }
      return text.toString(StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new ConnectionException(
          "the log of container " + container + " broke off: " + e.getMessage(), e);
    }
  }

  private ContainerMessages log(String container, String query, @Nullable Deadline deadline) {
    HttpResponse response =
        transport.send(
            new HttpRequest(
                "GET",
                versioned("/containers/" + container + "/logs?stdout=1&stderr=1&" + query),
                Map.of(),
                HttpConnection.Body.NONE,
                false),
            deadline);
    if (response.getStatusCode() == 200) {
      return new ContainerMessages(response.getBody(), response::close);
    }
    try (response) {
      if (response.getStatusCode() == 404) {
        throw new NotFoundException("there is no container " + container);
      }
      throw refused("the log of container " + container, response);
    }
  }

  private String versioned(String path) {
    return "/" + config.version().asWebPathPart() + path;
  }

  private static RemoteCommandException refused(String what, HttpResponse response) {
    return new RemoteCommandException(
        "the Docker engine refused " + what + ": status " + response.getStatusCode(),
        start(response.getBody()),
        null);
  }

  /** The first bytes of an answer, for evidence. */
  private static String start(InputStream body) {
    try {
      return new String(body.readNBytes(4096), StandardCharsets.UTF_8);
    } catch (IOException e) {
      return "";
    }
  }

  private static void drain(InputStream body) {
    try {
      body.transferTo(OutputStream.nullOutputStream());
    } catch (IOException e) {
      throw new ConnectionException("the Docker engine hung up half-way", e);
    }
  }

  private static byte[] bytes(Map<String, ?> json) {
    try {
      return mapper().writeValueAsBytes(json);
    } catch (JsonProcessingException e) {
      throw new IllegalArgumentException("not JSON", e);
    }
  }

  static ObjectMapper mapper() {
    return DockerClientConfig.getDefaultObjectMapper();
  }

  ScheduledExecutorService alarms() {
    return alarms;
  }

  /**
   * Closes idle connections; streams that were handed out are their users'. Closing twice is
   * harmless.
   */
  @Override
  public void close() {
    transport.close();
    alarms.shutdownNow();
  }
}
