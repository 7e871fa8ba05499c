package dev.previews;

import dev.previews.environment.LogLine;
import dev.previews.environment.Service;
import dev.previews.environment.ServicePort;
import dev.previews.environment.VolumePolicy;
import dev.previews.exec.Command;
import dev.previews.exec.Execution;
import dev.previews.exec.StdinSource;
import dev.previews.spi.Context;
import dev.previews.spi.Deployment;
import dev.previews.spi.DuplexStream;
import dev.previews.spi.ExposedService;
import dev.previews.spi.Machine;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * A deployment whose environment's time begins anew when somebody uses it: connects to a service,
 * runs a command, reads logs; and with every byte of that.
 */
final class Renewal implements Deployment {
  private final Deployment deployment;
  private final LastUse use;

  private Renewal(Deployment deployment, LastUse use) {
    this.deployment = deployment;
    this.use = use;
  }

  /** The deployment itself when its environment does not expire. */
  static Deployment byUseOf(Deployment deployment, Machine machine, LastUse use) {
    return machine.ttl().isPresent() ? new Renewal(deployment, use) : deployment;
  }

  @Override
  public List<ExposedService> exposed() {
    return deployment.exposed();
  }

  @Override
  public List<Service> services() {
    return deployment.services();
  }

  @Override
  public DuplexStream dial(ServicePort port) {
    use.note();
    return new UsedStream(deployment.dial(port), use);
  }

  @Override
  public Execution exec(String service, Command command) {
    use.note();
    Command used =
        command
            .stdout(new UsedOutput(command.stdout(), use))
            .stderr(new UsedOutput(command.stderr(), use));
    Optional<StdinSource> source = command.stdin();
    if (source.isPresent()) {
      used = used.stdin(stdin -> source.get().writeTo(new UsedOutput(stdin, use)));
    }
    return deployment.exec(service, used);
  }

  @Override
  public Stream<LogLine> logs(String service, boolean follow) {
    use.note();
    return deployment.logs(service, follow).peek(line -> use.note());
  }

  @Override
  public void down(VolumePolicy volumes, Context context) {
    deployment.down(volumes, context);
  }

  @Override
  public void close() {
    use.close();
    deployment.close();
  }
}
