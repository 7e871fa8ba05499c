package dev.previews.ssh.vm.docker;

import dev.previews.engine.Engine;
import dev.previews.error.InvalidInputException;
import dev.previews.spi.Context;
import dev.previews.spi.Dialer;
import dev.previews.ssh.vm.Vms;
import java.net.UnixDomainSocketAddress;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Machines that are privileged containers of the Docker engine on this computer, each with sshd and
 * an engine of its own. Immutable; each method returns a changed copy.
 *
 * <pre>{@code
 * Previews.builder().driver(DockerVm.dockerVm("machine:local").machines())
 * }</pre>
 */
public final class DockerVm {
  private final String image;
  private final Path socket;
  private final Map<String, String> settings;

  private DockerVm(String image, Path socket, Map<String, String> settings) {
    this.image = image;
    this.socket = socket;
    this.settings = settings;
  }

  /**
   * Machines of this image, which has {@code sh}, {@code sshd}, {@code ssh-keygen} and {@code
   * dockerd}.
   */
  public static DockerVm dockerVm(String image) {
    if (image.isBlank()) {
      throw new InvalidInputException("docker-vm needs an image: docker-vm://?image=…");
    }
    String host = System.getenv().getOrDefault("DOCKER_HOST", "");
    Path socket =
        host.startsWith("unix://")
            ? Path.of(host.substring("unix://".length()))
            : Path.of("/var/run/docker.sock");
    return new DockerVm(image, socket, Map.of("image", image));
  }

  /**
   * The same on the engine at this socket. Default: that of {@code DOCKER_HOST}, or Docker's own.
   */
  public DockerVm engineSocket(Path path) {
    return new DockerVm(image, path, settings);
  }

  /** The same with so much memory for each machine, in bytes. Default: no limit. */
  public DockerVm memory(long bytes) {
    if (bytes < 64 << 20) {
      throw new InvalidInputException("a machine of " + bytes + " bytes of memory cannot work");
    }
    Map<String, String> more = new LinkedHashMap<>(settings);
    more.put("memory", Long.toString(bytes));
    return new DockerVm(image, socket, Map.copyOf(more));
  }

  /** The driver of these machines. */
  public Vms machines() {
    return Vms.vms(this::open);
  }

  private DockerVmProvider open(Context call) {
    Engine engine = Engine.open(Dialer.to(UnixDomainSocketAddress.of(socket)), call.deadline());
    return new DockerVmProvider(engine, image, settings);
  }
}
