package dev.previews.compose.deployment;

import com.github.dockerjava.api.DockerClient;
import com.github.dockerjava.api.command.InspectVolumeResponse;
import com.github.dockerjava.api.exception.ConflictException;
import com.github.dockerjava.api.exception.NotFoundException;
import com.github.dockerjava.api.exception.NotModifiedException;
import com.github.dockerjava.api.model.Container;
import com.github.dockerjava.api.model.Image;
import com.github.dockerjava.api.model.Network;
import dev.previews.compose.model.ModelRewriter;
import dev.previews.engine.Engine;
import dev.previews.environment.VolumePolicy;
import dev.previews.error.PreviewInterruptedException;
import dev.previews.spi.Context;
import dev.previews.spi.Labels;
import dev.previews.spi.Machine;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/**
 * Removes all that was made for a project, found by its labels. What is gone already is no failure.
 */
final class ProjectRemoval {
  private static final int AT_ONCE = 8;

  private final DockerClient client;
  private final ProjectContainers containers;
  private final Machine machine;
  private final String project;

  ProjectRemoval(Engine engine, Machine machine, Context context) {
    this.client = engine.client(context.deadline());
    this.containers = new ProjectContainers(engine, machine);
    this.machine = machine;
    this.project = ModelRewriter.projectName(machine.id());
  }

  /** Containers stop with their own grace period first. */
  void run(VolumePolicy volumes) {
    removeContainers(containers.raw());
    Map<String, String> ours = ProjectContainers.labels(machine);
    for (Network network : client.listNetworksCmd().withFilter("label", labels(ours)).exec()) {
      quietly(() -> client.removeNetworkCmd(network.getId()).exec());
    }
    if (volumes == VolumePolicy.REMOVE) {
      var found = client.listVolumesCmd().withFilter("label", labels(ours)).exec().getVolumes();
      for (InspectVolumeResponse volume :
          found == null ? List.<InspectVolumeResponse>of() : found) {
        quietly(() -> client.removeVolumeCmd(volume.getName()).exec());
      }
    }
    Map<String, String> built = Map.of(Labels.ENVIRONMENT, machine.id().value());
    for (Image image : client.listImagesCmd().withLabelFilter(built).exec()) {
      quietly(() -> client.removeImageCmd(image.getId()).withForce(true).exec());
    }
  }

  private static List<String> labels(Map<String, String> labels) {
    return labels.entrySet().stream().map(it -> it.getKey() + "=" + it.getValue()).toList();
  }

  private void removeContainers(List<Container> found) {
    ExecutorService threads =
        Executors.newFixedThreadPool(
            AT_ONCE,
            work -> {
              Thread thread = new Thread(work, "preview-down " + project);
              thread.setDaemon(true);
              return thread;
            });
    try {
      List<Future<?>> removals = new ArrayList<>();
      for (Container container : found) {
        removals.add(threads.submit(() -> remove(container.getId())));
      }
      for (Future<?> removal : removals) {
        removal.get();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new PreviewInterruptedException("interrupted while " + project + " was removed", e);
    } catch (ExecutionException e) {
      if (e.getCause() instanceof RuntimeException failure) {
        throw failure;
      }
      throw new IllegalStateException(e.getCause());
    } finally {
      threads.shutdownNow();
    }
  }

  private void remove(String container) {
    quietly(() -> client.stopContainerCmd(container).exec());
    quietly(
        () -> client.removeContainerCmd(container).withForce(true).withRemoveVolumes(true).exec());
  }

  /** Gone, stopped or on its way out already: somebody else was faster. */
  private static void quietly(Runnable removal) {
    try {
      removal.run();
    } catch (NotFoundException | NotModifiedException e) {
      // As wanted.
    } catch (ConflictException e) {
      if (!String.valueOf(e.getMessage()).contains("already in progress")) {
        throw e;
      }
    }
  }
}
