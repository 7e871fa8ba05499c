package dev.previews.compose;

import static org.junit.jupiter.api.Assertions.fail;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.github.dockerjava.api.DockerClient;
import dev.previews.engine.Engine;
import dev.previews.environment.Environment;
import dev.previews.environment.EnvironmentId;
import dev.previews.exec.Command;
import dev.previews.exec.Deadline;
import dev.previews.exec.Execution;
import dev.previews.spi.Connection;
import dev.previews.spi.Dialer;
import dev.previews.spi.DuplexStream;
import dev.previews.spi.Endpoint;
import dev.previews.spi.Labels;
import dev.previews.spi.Machine;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnixDomainSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/**
 * A machine on this machine's Docker engine: a volume for its directory, and a container that runs
 * its commands. Removed after each test, with all that carries the environment's label.
 */
final class EngineAtHand implements BeforeEachCallback, AfterEachCallback, Connection {
  static final String IMAGE = System.getenv().getOrDefault("PREVIEW_TEST_IMAGE", "busybox:local");
  private static final Path SOCKET = Path.of("/var/run/docker.sock");

  private final EnvironmentId id =
      EnvironmentId.of("ct-" + Long.toString(System.nanoTime() & 0xffffffffL, 36));
  private Engine engine;
  private Machine machine;
  private String helper;

  @Override
  public void beforeEach(ExtensionContext test) {
    if (!Files.exists(SOCKET)) {
      if ("true".equals(System.getenv("PREVIEW_LAB_REQUIRED"))) {
        fail("PREVIEW_LAB_REQUIRED is true, and there is no engine at " + SOCKET);
      }
      assumeTrue(false, "no engine at " + SOCKET);
    }
    engine =
        Engine.open(
            Dialer.to(UnixDomainSocketAddress.of(SOCKET)), Deadline.in(Duration.ofSeconds(10)));
    DockerClient client = engine.client();
    String volume = "machine-" + id;
    client.createVolumeCmd().withName(volume).withLabels(labels()).exec();
    String directory = client.inspectVolumeCmd(volume).exec().getMountpoint();
    helper =
        client
            .createContainerCmd(IMAGE)
            .withName(volume)
            .withLabels(labels())
            .withCmd("sleep", "1000")
            .withHostConfig(
                com.github.dockerjava.api.model.HostConfig.newHostConfig()
                    .withInit(true)
                    .withBinds(
                        com.github.dockerjava.api.model.Bind.parse(volume + ":" + directory)))
            .exec()
            .getId();
    client.startContainerCmd(helper).exec();
    machine =
        Machine.of(
                new Environment(id, "test", "tester", Instant.now(), Environment.State.RUNNING, ""))
            .directory(directory)
            .shared(true)
            .build();
  }

  private Map<String, String> labels() {
    return Map.of("dev.previews.test", id.value());
  }

  @Override
  public void afterEach(ExtensionContext test) {
    if (engine == null) {
      return;
    }
    DockerClient client = engine.client();
    for (String label : List.of(Labels.ENVIRONMENT, "dev.previews.test")) {
      Map<String, String> ours = Map.of(label, id.value());
      List<String> filter = List.of(label + "=" + id);
      client
          .listContainersCmd()
          .withShowAll(true)
          .withLabelFilter(ours)
          .exec()
          .forEach(
              it ->
                  client
                      .removeContainerCmd(it.getId())
                      .withForce(true)
                      .withRemoveVolumes(true)
                      .exec());
      client
          .listNetworksCmd()
          .withFilter("label", filter)
          .exec()
          .forEach(it -> client.removeNetworkCmd(it.getId()).exec());
      client
          .listVolumesCmd()
          .withFilter("label", filter)
          .exec()
          .getVolumes()
          .forEach(it -> client.removeVolumeCmd(it.getName()).exec());
      client
          .listImagesCmd()
          .withLabelFilter(ours)
          .withShowAll(true)
          .exec()
          .forEach(it -> client.removeImageCmd(it.getId()).withForce(true).exec());
    }
    engine.close();
  }

  Machine machine() {
    return machine;
  }

  DockerClient client() {
    return engine.client();
  }

  String project() {
    return "preview-" + id;
  }

  /** The container that runs the machine's commands. */
  String helper() {
    return helper;
  }

  @Override
  public Execution exec(Command command) {
    return engine.exec().exec(helper, command);
  }

  @Override
  public DuplexStream dial(Endpoint endpoint) {
    Dialer dialer =
        endpoint.isEngine()
            ? Dialer.to(UnixDomainSocketAddress.of(SOCKET))
            : Dialer.to(new InetSocketAddress(InetAddress.getLoopbackAddress(), endpoint.port()));
    try {
      return dialer.dial();
    } catch (IOException e) {
      throw new dev.previews.error.ConnectionException("cannot reach " + endpoint, e);
    }
  }

  @Override
  public void close() {}
}
