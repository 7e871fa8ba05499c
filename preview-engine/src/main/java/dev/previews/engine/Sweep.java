package dev.previews.engine;

import com.github.dockerjava.api.DockerClient;
import com.github.dockerjava.api.command.InspectVolumeResponse;
import com.github.dockerjava.api.exception.ConflictException;
import com.github.dockerjava.api.exception.NotFoundException;
import com.github.dockerjava.api.model.Container;
import com.github.dockerjava.api.model.Image;
import com.github.dockerjava.api.model.Network;
import dev.previews.environment.EnvironmentId;
import dev.previews.spi.Context;
import dev.previews.spi.Labels;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.Consumer;
import java.util.function.Predicate;
import java.util.stream.Collectors;

/**
 * Removes all that carries an environment's label from an engine, and waits until it is gone; then
 * the images that were sent for it.
 */
public final class Sweep {
  private static final int AT_ONCE = 8;

  private final DockerClient client;
  private final EnvironmentId id;
  private final Predicate<Map<String, String>> doomed;
  private final Predicate<Map<String, String>> marker;
  private final Context call;
  private final SentImages sent;

  /**
   * A sweep that has not begun.
   *
   * @param doomed tells by its labels whether a volume of the environment goes too
   */
  public Sweep(
      Engine engine, EnvironmentId id, Predicate<Map<String, String>> doomed, Context call) {
    this(engine, id, doomed, labels -> false, call);
  }

  /**
   * A sweep that has not begun.
   *
   * @param doomed tells by its labels whether a volume of the environment goes too
   * @param marker tells by its labels whether a container or a volume stands for the environment:
   *     then it goes last, so that what a process leaves that dies meanwhile is found by it
   */
  public Sweep(
      Engine engine,
      EnvironmentId id,
      Predicate<Map<String, String>> doomed,
      Predicate<Map<String, String>> marker,
      Context call) {
    this.client = engine.client(call.deadline());
    this.id = id;
    this.doomed = doomed;
    this.marker = marker;
    this.call = call;
    this.sent = new SentImages(engine, id, call.deadline());
  }

  /** Removes it. Harmless when there is nothing. */
  public void run() {
    run(() -> {});
  }

  /**
   * Removes it. Harmless when there is nothing.
   *
   * @param rest removes what the engine does not know of, when only the markers are left
   */
  public void run(Runnable rest) {
    ExecutorService workers =
        Executors.newFixedThreadPool(
            AT_ONCE,
            work -> {
              Thread thread = new Thread(work, "preview-engine-sweep " + id);
              thread.setDaemon(true);
              return thread;
            });
    try {
      List<String> left = pass(workers);
      while (!left.isEmpty()) {
        pause(left);
        left = pass(workers);
      }
      each(workers, images(), image -> client.removeImageCmd(image).withForce(true).exec());
      sent.release();
      rest.run();
      removeMarkers();
    } finally {
      workers.shutdownNow();
    }
  }

  private void pause(Collection<String> left) {
    String seen =
        left.size() + " left: " + left.stream().limit(5).collect(Collectors.joining(", "));
    call.deadline().pause(Duration.ofMillis(100), "the removal of environment " + id, () -> seen);
  }

  /**
   * Exactly those that are there now: who waited for the end of the environment may make new ones.
   */
  private void removeMarkers() {
    Set<String> containers = new TreeSet<>(containers(marker));
    Set<String> volumes = new TreeSet<>(volumes(marker.and(doomed)));
    while (true) {
      containers.removeIf(it -> isGone(this::removeContainer, it));
      if (containers.isEmpty()) {
        volumes.removeIf(it -> isGone(volume -> client.removeVolumeCmd(volume).exec(), it));
      }
      if (containers.isEmpty() && (volumes.isEmpty() || !containers(marker).isEmpty())) {
        return;
      }
      pause(containers.isEmpty() ? volumes : containers);
    }
  }

  private static boolean isGone(Consumer<String> removal, String object) {
    try {
      removal.accept(object);
      return true;
    } catch (NotFoundException e) {
      return true;
    } catch (ConflictException e) {
      return false;
    }
  }

  private void removeContainer(String container) {
    client.removeContainerCmd(container).withForce(true).withRemoveVolumes(true).exec();
  }

  /** Removes what is there; returns what there was. */
  private List<String> pass(ExecutorService workers) {
    List<String> found = new ArrayList<>();
    List<String> containers = containers(marker.negate());
    each(workers, containers, this::removeContainer);
    containers.forEach(container -> found.add("container " + container));

    List<String> networks =
        client.listNetworksCmd().withFilter("label", filter()).exec().stream()
            .map(Network::getId)
            .toList();
    each(workers, networks, network -> client.removeNetworkCmd(network).exec());
    networks.forEach(network -> found.add("network " + network));

    List<String> volumes = volumes(doomed.and(marker.negate()));
    each(workers, volumes, volume -> client.removeVolumeCmd(volume).exec());
    volumes.forEach(volume -> found.add("volume " + volume));
    return found;
  }

  private List<String> containers(Predicate<Map<String, String>> wanted) {
    return client.listContainersCmd().withShowAll(true).withLabelFilter(filter()).exec().stream()
        .filter(container -> wanted.test(container.getLabels()))
        .map(Container::getId)
        .toList();
  }

  private List<String> volumes(Predicate<Map<String, String>> wanted) {
    List<InspectVolumeResponse> all =
        client.listVolumesCmd().withFilter("label", filter()).exec().getVolumes();
    return (all == null ? List.<InspectVolumeResponse>of() : all)
        .stream()
            .filter(volume -> wanted.test(volume.getLabels()))
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
