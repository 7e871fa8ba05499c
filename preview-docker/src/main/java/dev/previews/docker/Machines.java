package dev.previews.docker;

import com.github.dockerjava.api.command.CreateContainerCmd;
import com.github.dockerjava.api.command.InspectContainerResponse;
import com.github.dockerjava.api.command.InspectVolumeResponse;
import com.github.dockerjava.api.exception.ConflictException;
import com.github.dockerjava.api.exception.DockerException;
import com.github.dockerjava.api.exception.NotFoundException;
import com.github.dockerjava.api.exception.NotModifiedException;
import dev.previews.engine.Engine;
import dev.previews.environment.Environment;
import dev.previews.error.RemoteCommandException;
import dev.previews.spi.Connection;
import dev.previews.spi.Context;
import dev.previews.spi.Machine;
import dev.previews.spi.MachineSpec;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Makes the machines of one mode: volumes first, then the container that uses them. */
abstract class Machines {
  private final Engine engine;
  private final Mode mode;
  private final Images images;
  private final String image;

  Machines(Engine engine, Mode mode, Images images, String image) {
    this.engine = engine;
    this.mode = mode;
    this.images = images;
    this.image = image;
  }

  /** How the user chooses another image. */
  abstract String imageOption();

  /** Makes the volumes that are missing; returns the one that holds the environment's files. */
  abstract InspectVolumeResponse ensureVolumes(MachineSpec spec, Instant created, Context call);

  /** The environment's directory on the machine. */
  abstract String directory(InspectVolumeResponse files);

  /** Describes what is peculiar to the container. */
  abstract void configure(
      CreateContainerCmd create, MachineSpec spec, InspectVolumeResponse files, Context call);

  /** Waits until the container that runs can be used. */
  abstract void awaitReady(InspectContainerResponse container, Context call);

  /** Connects to a container that runs. */
  abstract Connection connect(String container);

  Engine engine() {
    return engine;
  }

  Machine ensure(MachineSpec spec, Context call) {
    String name = Mode.container(spec.id());
    while (true) {
      try {
        InspectContainerResponse container = settle(name, spec, call);
        if (container != null) {
          awaitReady(container, call);
          InspectVolumeResponse files = volume(mode.filesVolume(spec.id()), call);
          if (files != null) {
            return MachineFinder.describe(
                spec.id(), labels(container), directory(files), Environment.State.RUNNING, "");
          }
        }
      } catch (ConflictException | NotFoundException e) {
        // Another process creates, replaces or removes the same; what it leaves is looked at again.
        call.deadline().pause(Duration.ofMillis(100), "container " + name, e::getMessage);
      }
    }
  }

  /**
   * One look at the container and one step towards its running; null when there must be another.
   */
  private @Nullable InspectContainerResponse settle(String name, MachineSpec spec, Context call) {
    InspectContainerResponse container = container(name, call);
    if (container != null) {
      MachineLabels.requireOurs("container " + name, labels(container), spec, mode);
    }
    String imageId = images.ensure(image, imageOption(), call);
    Instant created = container == null ? Instant.now() : MachineLabels.created(labels(container));
    InspectVolumeResponse files = ensureVolumes(spec, created, call);
    if (container == null) {
      create(name, spec, files, call);
      return null;
    }
    if (!imageId.equals(container.getImageId()) || !mounts(container, directory(files))) {
      call.notice("replacing container " + name + ": its image or its volume changed");
      engine.client(call.deadline()).removeContainerCmd(container.getId()).withForce(true).exec();
      return null;
    }
    if (!Boolean.TRUE.equals(container.getState().getRunning())) {
      start(container.getId(), name, call);
      return null;
    }
    return container;
  }

  private static boolean mounts(InspectContainerResponse container, String directory) {
    var mounts = container.getMounts();
    return mounts != null
        && mounts.stream()
            .anyMatch(
                mount ->
                    mount.getDestination() != null
                        && directory.equals(mount.getDestination().getPath()));
  }

  private void create(String name, MachineSpec spec, InspectVolumeResponse files, Context call) {
    Map<String, String> labels =
        MachineLabels.of(
            spec, mode, MachineLabels.MACHINE, MachineLabels.created(files.getLabels()));
    CreateContainerCmd create =
        engine
            .client(call.deadline())
            .createContainerCmd(image)
            .withName(name)
            .withHostName(name)
            .withLabels(labels);
    configure(create, spec, files, call);
    start(create.exec().getId(), name, call);
  }

  private void start(String container, String name, Context call) {
    try {
      engine.client(call.deadline()).startContainerCmd(container).exec();
    } catch (NotModifiedException e) {
      // Another process was faster.
    } catch (NotFoundException | ConflictException e) {
      // Also what the engine says of a program that the image lacks.
      if (container(name, call) != null) {
        throw notStarted(name, e);
      }
      throw e;
    } catch (DockerException e) {
      throw notStarted(name, e);
    }
  }

  private RemoteCommandException notStarted(String name, DockerException e) {
    return new RemoteCommandException(
        "container " + name + " of image " + image + " cannot be started",
        String.valueOf(e.getMessage()),
        e);
  }

  /** The volume of this name, made if it is missing; an existing one must be ours. */
  InspectVolumeResponse ensureVolume(
      String name, String role, MachineSpec spec, Instant created, Context call) {
    InspectVolumeResponse found = volume(name, call);
    if (found == null) {
      engine
          .client(call.deadline())
          .createVolumeCmd()
          .withName(name)
          .withLabels(MachineLabels.of(spec, mode, role, created))
          .exec();
      found = volume(name, call);
    }
    if (found == null) {
      throw new NotFoundException("volume " + name + " went as soon as it was made");
    }
    MachineLabels.requireOurs("volume " + name, found.getLabels(), spec, mode);
    return found;
  }

  private @Nullable InspectVolumeResponse volume(String name, Context call) {
    try {
      return engine.client(call.deadline()).inspectVolumeCmd(name).exec();
    } catch (NotFoundException e) {
      return null;
    }
  }

  private @Nullable InspectContainerResponse container(String name, Context call) {
    try {
      return engine.client(call.deadline()).inspectContainerCmd(name).exec();
    } catch (NotFoundException e) {
      return null;
    }
  }

  static Map<String, String> labels(InspectContainerResponse container) {
    Map<String, String> labels = container.getConfig().getLabels();
    return labels == null ? Map.of() : labels;
  }
}
