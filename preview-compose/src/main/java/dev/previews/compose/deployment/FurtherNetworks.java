package dev.previews.compose.deployment;

import com.github.dockerjava.api.DockerClient;
import com.github.dockerjava.api.exception.NotFoundException;
import com.github.dockerjava.api.model.ContainerNetwork;
import dev.previews.engine.Engine;
import dev.previews.spi.Context;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * The networks that containers are connected to besides those of the model. Compose does not look
 * at them, so that a service's new network makes no new container.
 */
final class FurtherNetworks {
  private final DockerClient client;
  private final ProjectContainers containers;
  private final Map<String, Set<String>> joins;

  /** Those networks, by service. */
  FurtherNetworks(
      Engine engine,
      ProjectContainers containers,
      Map<String, Set<String>> joins,
      Context context) {
    this.client = engine.client(context.deadline());
    this.containers = containers;
    this.joins = joins;
  }

  /** Connects the containers with all that they are not connected with yet. */
  void join() {
    for (ServiceContainer container : containers.list()) {
      Set<String> wanted = joins.getOrDefault(container.service(), Set.of());
      if (!wanted.isEmpty()) {
        Map<String, ContainerNetwork> connected = connected(container);
        for (String network : wanted) {
          if (!connected.containsKey(network)) {
            client
                .connectToNetworkCmd()
                .withContainerId(container.id())
                .withNetworkId(network)
                .exec();
          }
        }
      }
    }
  }

  /**
   * Disconnects the containers from all networks but their own, where that is what Compose failed
   * for: it replaces a network that changed, and knows of its own connections only.
   *
   * @param said what Compose said
   * @return whether there was any, so that another try is of use
   */
  boolean leave(String said) {
    if (!said.contains("active endpoints")) {
      return false;
    }
    boolean left = false;
    for (ServiceContainer container : containers.list()) {
      for (String network : joins.getOrDefault(container.service(), Set.of())) {
        if (connected(container).containsKey(network)) {
          client
              .disconnectFromNetworkCmd()
              .withContainerId(container.id())
              .withNetworkId(network)
              .exec();
          left = true;
        }
      }
    }
    return left;
  }

  private Map<String, ContainerNetwork> connected(ServiceContainer container) {
    try {
      Map<String, ContainerNetwork> networks =
          client.inspectContainerCmd(container.id()).exec().getNetworkSettings().getNetworks();
      return networks == null ? Map.of() : new TreeMap<>(networks);
    } catch (NotFoundException e) {
      return Map.of();
    }
  }
}
