package dev.previews.spi;

import dev.previews.environment.ServicePort;
import java.util.List;
import java.util.Map;

/** A service as a tunnel needs to know it. Immutable. */
public final class ExposedService {
  private final String name;
  private final List<ServicePort> ports;
  private final Map<String, String> labels;

  private ExposedService(String name, List<ServicePort> ports, Map<String, String> labels) {
    this.name = name;
    this.ports = ports.stream().sorted().distinct().toList();
    this.labels = Map.copyOf(labels);
  }

  /**
   * A service that publishes these TCP ports, perhaps none, and carries these labels in the Compose
   * file.
   */
  public static ExposedService of(
      String name, List<ServicePort> ports, Map<String, String> labels) {
    return new ExposedService(name, ports, labels);
  }

  /** Its name in the Compose file. */
  public String name() {
    return name;
  }

  /** The TCP ports that it publishes, by number; may be empty. */
  public List<ServicePort> ports() {
    return ports;
  }

  /** Its labels in the Compose file. */
  public Map<String, String> labels() {
    return labels;
  }

  @Override
  public String toString() {
    return name + ports;
  }
}
