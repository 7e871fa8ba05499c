package dev.previews.docker;

import com.github.dockerjava.api.command.CreateContainerCmd;
import com.github.dockerjava.api.command.InspectContainerResponse;
import com.github.dockerjava.api.command.InspectVolumeResponse;
import com.github.dockerjava.api.exception.ConflictException;
import com.github.dockerjava.api.exception.DockerException;
import com.github.dockerjava.api.exception.NotFoundException;
import com.github.dockerjava.api.exception.NotModifiedException;
import com.github.dockerjava.api.model.Mount;
import com.github.dockerjava.api.model.MountType;
import com.github.dockerjava.api.model.VolumeOptions;
import dev.previews.engine.Engine;
import dev.previews.environment.Environment;
import dev.previews.error.RemoteCommandException;
import dev.previews.spi.Connection;
import dev.previews.spi.Context;
import dev.previews.spi.Labels;
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
  private final MachineFinder finder;
  private final Images images;
  private final String image;

  Machines(Engine engine, Mode mode, Images images, String image) {
    this.engine = engine;
    this.mode = mode;
    this.finder = new MachineFinder(engine);
    this.images = images;
    this.image = image;
  }

  /** How the user chooses another image. */
  abstract String imageOption();

  /** Refuses what is in the way of the volumes that are made with the container. */
  abstract void requireRoom(MachineSpec spec, Context call);

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
                    spec.id(), labels(container), directory(files), Environment.State.RUNNING, "")
                .build();
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
    } else {
      finder
          .one(spec.id(), call)
          .map(left -> left.environment().owner())
          .ifPresent(owner -> MachineLabels.requireOwner("kept data", owner, spec));
    }
    String imageId = images.ensure(image, imageOption(), call);
    Instant created = container == null ? Instant.now() : MachineLabels.created(labels(container));
    requireRoom(spec, call);
    InspectVolumeResponse files =
        ensureVolume(mode.filesVolume(spec.id()), MachineLabels.FILES, spec, created, call);
    if (container == null) {
      create(name, spec, files, call);
      return null;
    }
    if (!imageId.equals(container.getImageId())
        || !mounts(container, directory(files))
        || !saysWhatIsWanted(labels(container), spec)) {
      call.notice("replacing container " + name + ": its image, its volume or its ttl changed");
      engine.client(call.deadline()).removeContainerCmd(container.getId()).withForce(true).exec();
      return null;
    }
    if (!Boolean.TRUE.equals(container.getState().getRunning())) {
      start(container.getId(), name, call);
      return null;
    }
    return container;
  }

  /** Labels cannot be changed; an engine of its own is not restarted for one. */
  private boolean saysWhatIsWanted(Map<String, String> labels, MachineSpec spec) {
    String wanted = MachineLabels.ttl(spec);
    return mode == Mode.ISOLATED || wanted.equals(labels.getOrDefault(Labels.TTL, ""));
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
      InspectContainerResponse found = container(name, call);
      if (found == null || isGoing(found)) {
        throw e;
      }
      throw notStarted(name, e);
    } catch (DockerException e) {
      throw notStarted(name, e);
    }
  }

  private static boolean isGoing(InspectContainerResponse container) {
    return "removing".equals(container.getState().getStatus())
        || Boolean.TRUE.equals(container.getState().getDead());
  }

  private RemoteCommandException notStarted(String name, DockerException e) {
    return new RemoteCommandException(
        "container " + name + " of image " + image + " cannot be started",
        String.valueOf(e.getMessage()),
        e);
  }

  /**
   * A volume of the container. Should it be removed between its making and the container's, the
   * engine makes it again with these labels, and not without any.
   */
  Mount mount(String volume, String role, String target, MachineSpec spec, Instant created) {
    return new Mount()
        .withType(MountType.VOLUME)
        .withSource(volume)
        .withTarget(target)
        .withVolumeOptions(
            new VolumeOptions().withLabels(MachineLabels.of(spec, mode, role, created)));
  }

  Mount filesMount(MachineSpec spec, InspectVolumeResponse files) {
    return mount(
        files.getName(),
        MachineLabels.FILES,
        directory(files),
        spec,
        MachineLabels.created(files.getLabels()));
  }

  /** Refuses a volume of this name that is not ours; it need not be there. */
  void requireOurs(String volume, MachineSpec spec, Context call) {
    InspectVolumeResponse found = volume(volume, call);
    if (found != null) {
      MachineLabels.requireOurs("volume " + volume, found.getLabels(), spec, mode);
    }
  }

  /** The volume of this name, made if it is missing; an existing one must be ours. */
  private InspectVolumeResponse ensureVolume(
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
