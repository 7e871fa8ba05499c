package dev.previews.docker;

import com.github.dockerjava.api.DockerClient;
import com.github.dockerjava.api.command.InspectVolumeResponse;
import com.github.dockerjava.api.exception.ConflictException;
import com.github.dockerjava.api.exception.NotFoundException;
import com.github.dockerjava.api.model.Container;
import com.github.dockerjava.api.model.Image;
import com.github.dockerjava.api.model.Network;
import dev.previews.engine.Engine;
import dev.previews.environment.EnvironmentId;
import dev.previews.environment.VolumePolicy;
import dev.previews.spi.Context;
import dev.previews.spi.Labels;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.Consumer;

/** Removes all that carries an environment's label from an engine, and waits until it is gone. */
final class Sweep {
  private static final int AT_ONCE = 8;

  private final DockerClient client;
  private final EnvironmentId id;
  private final VolumePolicy volumes;
  private final Context call;

  Sweep(Engine engine, EnvironmentId id, VolumePolicy volumes, Context call) {
    this.client = engine.client(call.deadline());
    this.id = id;
    this.volumes = volumes;
    this.call = call;
  }

  void run() {
    ExecutorService workers =
        Executors.newFixedThreadPool(
            AT_ONCE,
            work -> {
              Thread thread = new Thread(work, "preview-docker-sweep " + id);
              thread.setDaemon(true);
              return thread;
            });
    try {
      List<String> left = pass(workers);
      while (!left.isEmpty()) {
        String seen =
            left.size() + " left: " + String.join(", ", left.subList(0, Math.min(5, left.size())));
        call.deadline()
            .pause(Duration.ofMillis(100), "the removal of environment " + id, () -> seen);
        left = pass(workers);
      }
      each(workers, images(), image -> client.removeImageCmd(image).withForce(true).exec());
    } finally {
      workers.shutdownNow();
    }
  }

  /** Removes what is there; returns what there was. */
  private List<String> pass(ExecutorService workers) {
    List<String> found = new ArrayList<>();
    List<String> containers =
        client.listContainersCmd().withShowAll(true).withLabelFilter(filter()).exec().stream()
            .map(Container::getId)
            .toList();
    each(
        workers,
        containers,
        container ->
            client.removeContainerCmd(container).withForce(true).withRemoveVolumes(true).exec());
    containers.forEach(container -> found.add("container " + container));

    List<String> networks =
        client.listNetworksCmd().withFilter("label", filter()).exec().stream()
            .map(Network::getId)
            .toList();
    each(workers, networks, network -> client.removeNetworkCmd(network).exec());
    networks.forEach(network -> found.add("network " + network));

    List<String> doomed = doomedVolumes();
    each(workers, doomed, volume -> client.removeVolumeCmd(volume).exec());
    doomed.forEach(volume -> found.add("volume " + volume));
    return found;
  }

  private List<String> doomedVolumes() {
    List<InspectVolumeResponse> all =
        client.listVolumesCmd().withFilter("label", filter()).exec().getVolumes();
    return (all == null ? List.<InspectVolumeResponse>of() : all)
        .stream()
            .filter(
                volume ->
                    volumes == VolumePolicy.REMOVE
                        || MachineLabels.FILES.equals(volume.getLabels().get(MachineLabels.ROLE)))
            .map(InspectVolumeResponse::getName)
            .toList();
  }

  private List<String> images() {
    return client.listImagesCmd().withLabelFilter(filter().toArray(String[]::new)).exec().stream()
        .map(Image::getId)
        .toList();
  }

  private List<String> filter() {
    return List.of(Labels.ENVIRONMENT + "=" + id);
  }

  /**
   * What is gone already, or still in use by what goes, is no failure: the next pass looks again.
   */
  private static void each(
      ExecutorService workers, Collection<String> objects, Consumer<String> removal) {
    List<CompletableFuture<Void>> removals =
        objects.stream()
            .map(object -> CompletableFuture.runAsync(() -> tolerant(removal, object), workers))
            .toList();
    try {
      CompletableFuture.allOf(removals.toArray(CompletableFuture[]::new)).join();
    } catch (CompletionException e) {
      if (e.getCause() instanceof RuntimeException cause) {
        throw cause;
      }
      throw e;
    }
  }

  private static void tolerant(Consumer<String> removal, String object) {
    try {
      removal.accept(object);
    } catch (NotFoundException | ConflictException e) {
      // See each().
    }
  }
}
