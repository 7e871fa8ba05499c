package dev.previews.spi;

import dev.previews.environment.LogLine;
import dev.previews.environment.Service;
import dev.previews.environment.ServicePort;
import dev.previews.environment.VolumePolicy;
import dev.previews.exec.Command;
import dev.previews.exec.Execution;
import java.util.List;
import java.util.stream.Stream;

/** A project that was deployed on a machine. Thread-safe. */
public interface Deployment extends AutoCloseable {
  /**
   * The services that were deployed, with the ports that they publish and the labels of the Compose
   * file, by name.
   */
  List<ExposedService> exposed();

  /** What each service is doing now, by name; without URLs. */
  List<Service> services();

  /**
   * Opens a stream to a published port, wherever its engine has put it by now; the caller closes
   * it.
   *
   * @throws dev.previews.error.NotFoundException when the service does not publish it or has no
   *     running container
   * @throws dev.previews.error.ConnectionException when it cannot be reached
   */
  DuplexStream dial(ServicePort port);

  /**
   * Runs a command in the service's container.
   *
   * @throws dev.previews.error.NotFoundException when the service is unknown or not running
   */
  Execution exec(String service, Command command);

  /**
   * What the service's containers printed, in order; with {@code follow} also what they print from
   * now on, until the stream is closed or the containers are gone. The caller closes the stream,
   * from any thread.
   *
   * @throws dev.previews.error.NotFoundException when the service is unknown
   */
  Stream<LogLine> logs(String service, boolean follow);

  /**
   * Stops and removes everything of the project from the machine's engine. Until this is closed no
   * other process brings it up there: what it was deployed on can be removed, too.
   */
  void down(VolumePolicy volumes, Context context);

  /** Releases what is held in this JVM; what was deployed stays. Closing twice is harmless. */
  @Override
  void close();
}
