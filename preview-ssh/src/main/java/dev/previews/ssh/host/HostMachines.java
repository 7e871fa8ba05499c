package dev.previews.ssh.host;

import com.github.dockerjava.api.command.InspectVolumeResponse;
import com.github.dockerjava.api.exception.ConflictException;
import com.github.dockerjava.api.exception.DockerException;
import com.github.dockerjava.api.exception.NotFoundException;
import dev.previews.engine.Sweep;
import dev.previews.environment.Environment;
import dev.previews.environment.EnvironmentId;
import dev.previews.environment.VolumePolicy;
import dev.previews.error.InvalidInputException;
import dev.previews.error.RemoteCommandException;
import dev.previews.exec.Command;
import dev.previews.spi.Connection;
import dev.previews.spi.Context;
import dev.previews.spi.Labels;
import dev.previews.spi.Machine;
import dev.previews.spi.MachineSpec;
import dev.previews.ssh.connection.Ways;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The environments of one host. Each is a volume, whose name makes it the only one on the engine
 * whoever asks, and a directory of the user who made it.
 */
public final class HostMachines {
  /** The property of a machine that names its host. */
  public static final String HOST = "host";

  /** The property of a machine that names how its engine is reached, a {@link Ways.Way}. */
  public static final String WAY = "way";

  private static final String DRIVER = "ssh";

  // With sudo the base directory is the user's all the same, who may have no need of sudo later.
  private static final String MAKE =
      """
      umask 077
      b=${1%/*}
      if [ ! -d "$b" ] && mkdir -p "$b" && [ -n "$SUDO_UID" ]; then
        chown "$SUDO_UID:$SUDO_GID" "$b"
      fi
      mkdir -p "$1" && chmod 700 "$1"
      """;

  // What containers wrote belongs to their users. Without root's rights at hand a container has
  // them: one of an image that is there anyway.
  private static final String REMOVE =
      """
      [ -e "$1" ] || exit 0
      rm -rf -- "$1" 2>/dev/null
      [ -e "$1" ] || exit 0
      sudo -n rm -rf -- "$1" 2>/dev/null
      [ -e "$1" ] || exit 0
      b=
      for d in /bin /sbin /lib /lib64 /usr; do [ ! -d $d ] || b="$b -v $d:$d:ro"; done
      i=preview-empty:$$
      : | docker --host "unix://$2" import - $i >/dev/null
      docker --host "unix://$2" run --rm --network none $b -v "${1%/*}:/base" $i \
        rm -rf -- "/base/${1##*/}"
      docker --host "unix://$2" rmi $i >/dev/null
      [ -e "$1" ] || exit 0
      rm -rf -- "$1"
      """;

  private final DockerHost host;

  /** Those of this host, which stays the caller's. */
  public HostMachines(DockerHost host) {
    this.host = host;
  }

  /** The host. */
  public DockerHost host() {
    return host;
  }

  /** The host's name. */
  public String name() {
    return host.name();
  }

  /** Makes the environment, or finds it again. */
  public Machine ensure(MachineSpec spec, Context call) {
    return asked(
        "preparing " + spec,
        () -> {
          host.requireRoom(call);
          String volume = MachineLabels.machine(spec.id());
          Map<String, String> fresh = MachineLabels.of(spec, MachineLabels.MACHINE);
          fresh.put(MachineLabels.DIRECTORY, ownDirectory(spec.id(), call));
          find(spec.id(), call)
              .ifPresent(left -> MachineLabels.requireOwner(left.environment().owner(), spec));
          while (true) {
            Map<String, String> labels = claim(volume, fresh, call);
            MachineLabels.requireOurs(volume, labels, MachineLabels.MACHINE, spec);
            MachineLabels.requireDirectory(volume, spec.id(), labels);
            Machine machine = describe(spec.id(), labels, call);
            host.run(
                "making the directory " + machine.directory(),
                Command.of("sh", "-c", MAKE, "make", machine.directory()),
                call);
            if (labels(volume, call) != null) {
              return machine;
            }
            // Another process removed the environment at the same time.
          }
        });
  }

  /**
   * Writes down which host is to have a new environment. Of several processes that do only the
   * first one can.
   *
   * @return what the first one wrote
   */
  public String agree(MachineSpec spec, String hostName, Context call) {
    return asked(
        "agreeing on a host",
        () -> {
          String volume = MachineLabels.claim(spec.id());
          Map<String, String> labels = MachineLabels.of(spec, MachineLabels.CLAIM);
          labels.put(MachineLabels.HOST, hostName);
          Map<String, String> held = claim(volume, labels, call);
          MachineLabels.requireOurs(volume, held, MachineLabels.CLAIM, spec);
          return held.getOrDefault(MachineLabels.HOST, "");
        });
  }

  /** Takes the agreement back. */
  public void disagree(EnvironmentId id, Context call) {
    asked(
        "forgetting a host",
        () -> {
          try {
            host.engine(call)
                .client(call.deadline())
                .removeVolumeCmd(MachineLabels.claim(id))
                .exec();
          } catch (NotFoundException e) {
            // It is gone.
          }
          return id;
        });
  }

  /** The labels of a volume, which is made with these where there is none. */
  private Map<String, String> claim(String volume, Map<String, String> labels, Context call) {
    while (true) {
      Map<String, String> found = labels(volume, call);
      if (found != null) {
        return found;
      }
      try {
        host.engine(call)
            .client(call.deadline())
            .createVolumeCmd()
            .withName(volume)
            .withLabels(labels)
            .exec();
      } catch (ConflictException e) {
        // Another process made it at the same time; what it says is looked at.
      }
    }
  }

  private @Nullable Map<String, String> labels(String volume, Context call) {
    try {
      Map<String, String> labels =
          host.engine(call).client(call.deadline()).inspectVolumeCmd(volume).exec().getLabels();
      return labels == null ? Map.of() : labels;
    } catch (NotFoundException e) {
      return null;
    }
  }

  /** The environment, if the host has it. */
  public Optional<Machine> find(EnvironmentId id, Context call) {
    return matching(Labels.ENVIRONMENT + "=" + id, call).stream().findFirst();
  }

  /** All environments of the host. */
  public List<Machine> list(Context call) {
    return matching(Labels.ENVIRONMENT, call);
  }

  /**
   * The names of the hosts that have the environment or are to have it, as far as this one knows.
   */
  public List<String> traces(EnvironmentId id, Context call) {
    List<String> names = new ArrayList<>();
    for (InspectVolumeResponse volume :
        volumes(List.of(Labels.ENVIRONMENT + "=" + id, MachineLabels.ROLE), call)) {
      Map<String, String> labels = volume.getLabels();
      boolean here = MachineLabels.MACHINE.equals(labels.get(MachineLabels.ROLE));
      names.add(here ? name() : labels.getOrDefault(MachineLabels.HOST, ""));
    }
    return names;
  }

  private List<Machine> matching(String label, Context call) {
    Map<EnvironmentId, Map<String, String>> found = new TreeMap<>();
    for (InspectVolumeResponse volume : volumes(List.of(label), call)) {
      Map<String, String> labels = volume.getLabels();
      try {
        if (MachineLabels.isMachine(labels) || MachineLabels.isData(labels)) {
          found.merge(
              EnvironmentId.of(labels.getOrDefault(Labels.ENVIRONMENT, "")),
              labels,
              (one, other) -> MachineLabels.isMachine(one) ? one : other);
        }
      } catch (InvalidInputException e) {
        // Somebody else's.
      }
    }
    List<Machine> machines = new ArrayList<>();
    found.forEach((id, labels) -> machines.add(describe(id, labels, call)));
    return machines;
  }

  private List<InspectVolumeResponse> volumes(List<String> labels, Context call) {
    return asked(
        "listing environments",
        () -> {
          List<InspectVolumeResponse> volumes =
              host.engine(call)
                  .client(call.deadline())
                  .listVolumesCmd()
                  .withFilter("label", labels)
                  .exec()
                  .getVolumes();
          return volumes == null ? List.of() : volumes;
        });
  }

  private Machine describe(EnvironmentId id, Map<String, String> labels, Context call) {
    boolean isThere = MachineLabels.isMachine(labels);
    Machine.Builder machine =
        Machine.of(
                new Environment(
                    id,
                    DRIVER,
                    labels.getOrDefault(Labels.OWNER, ""),
                    MachineLabels.created(labels),
                    isThere ? Environment.State.RUNNING : Environment.State.STOPPED,
                    (isThere ? "on " : "only its data is left on ") + name()))
            // Where its volume says nothing that can be: where this user's would be.
            .directory(MachineLabels.directory(id, labels).orElseGet(() -> ownDirectory(id, call)))
            .shared(true)
            .ttl(labels)
            .property(HOST, name())
            .property(WAY, host.way(call).name());
    return (isThere ? machine.ttlMayChange() : machine).build();
  }

  /** Connects to an environment; the caller closes it. */
  public Connection connect(Machine machine, Context call) {
    if (find(machine.id(), call).filter(HostMachines::isRunning).isEmpty()) {
      throw new dev.previews.error.NotFoundException(
          "environment " + machine.id() + " is gone from " + name() + "; bring it up");
    }
    return host.connect(call);
  }

  private static boolean isRunning(Machine machine) {
    return machine.environment().state() == Environment.State.RUNNING;
  }

  /** Removes all that belongs to an environment; the volume that stands for it goes last. */
  public void delete(EnvironmentId id, VolumePolicy volumes, Context call) {
    asked(
        "removing " + id,
        () -> {
          Optional<Machine> known = find(id, call);
          new Sweep(
                  host.engine(call),
                  id,
                  labels -> volumes == VolumePolicy.REMOVE || MachineLabels.isMachine(labels),
                  MachineLabels::isMachine,
                  call)
              .run(
                  () -> {
                    remove(ownDirectory(id, call), call);
                    known.map(Machine::directory).ifPresent(directory -> remove(directory, call));
                  });
          return id;
        });
  }

  private String ownDirectory(EnvironmentId id, Context call) {
    return host.directory(call) + "/" + id;
  }

  private void remove(String directory, Context call) {
    host.run(
        "removing the directory " + directory,
        Command.of("sh", "-c", REMOVE, "remove", directory, host.socket(call)),
        call);
  }

  /** What the engine refuses, in our words. */
  private <T> T asked(String what, Supplier<T> request) {
    try {
      return request.get();
    } catch (DockerException e) {
      throw new RemoteCommandException(
          "the Docker engine of " + name() + " failed " + what, String.valueOf(e.getMessage()), e);
    }
  }

  @Override
  public String toString() {
    return name();
  }
}
