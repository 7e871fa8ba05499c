package dev.previews.compose;

import static org.assertj.core.api.Assertions.assertThat;

import com.github.dockerjava.api.DockerClient;
import dev.previews.engine.Engine;
import dev.previews.environment.Environment;
import dev.previews.environment.EnvironmentId;
import dev.previews.exec.Command;
import dev.previews.exec.Deadline;
import dev.previews.exec.Execution;
import dev.previews.machines.Needed;
import dev.previews.machines.TestImages;
import dev.previews.spi.Connection;
import dev.previews.spi.Dialer;
import dev.previews.spi.DuplexStream;
import dev.previews.spi.Endpoint;
import dev.previews.spi.Labels;
import dev.previews.spi.Machine;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnixDomainSocketAddress;
import java.nio.charset.StandardCharsets;
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
  private static final Path SOCKET = Path.of("/var/run/docker.sock");

  private final EnvironmentId id =
      EnvironmentId.of("ct-" + Long.toString(System.nanoTime() & 0xffffffffL, 36));
  private Engine engine;
  private Machine machine;
  private String helper;

  @Override
  public void beforeEach(ExtensionContext test) {
    Needed.check(Files.exists(SOCKET), "Docker engine at " + SOCKET + " (lab/lab up docker)");
    engine =
        Engine.open(
            Dialer.to(UnixDomainSocketAddress.of(SOCKET)), Deadline.in(Duration.ofSeconds(10)));
    DockerClient client = engine.client();
    String volume = "machine-" + id;
    client.createVolumeCmd().withName(volume).withLabels(labels()).exec();
    String directory = client.inspectVolumeCmd(volume).exec().getMountpoint();
    helper =
        client
            .createContainerCmd(TestImages.busybox())
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

  /** What a command on the machine prints. */
  String run(String... argv) {
    ByteArrayOutputStream stdout = new ByteArrayOutputStream();
    try (Execution execution = exec(Command.of(List.of(argv)).stdout(stdout))) {
      assertThat(execution.await()).isZero();
    }
    return stdout.toString(StandardCharsets.UTF_8);
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
