package dev.previews.ssh.vm.docker;

import com.github.dockerjava.api.command.InspectContainerResponse;
import com.github.dockerjava.api.command.InspectVolumeResponse;
import com.github.dockerjava.api.exception.ConflictException;
import com.github.dockerjava.api.exception.DockerException;
import com.github.dockerjava.api.exception.NotFoundException;
import com.github.dockerjava.api.exception.NotModifiedException;
import com.github.dockerjava.api.model.Bind;
import com.github.dockerjava.api.model.Container;
import com.github.dockerjava.api.model.ExposedPort;
import com.github.dockerjava.api.model.HostConfig;
import com.github.dockerjava.api.model.Image;
import com.github.dockerjava.api.model.PortBinding;
import com.github.dockerjava.api.model.Ports;
import com.github.dockerjava.api.model.RestartPolicy;
import com.github.dockerjava.api.model.Volume;
import dev.previews.engine.Engine;
import dev.previews.engine.Sweep;
import dev.previews.environment.EnvironmentId;
import dev.previews.environment.VolumePolicy;
import dev.previews.error.ConnectionException;
import dev.previews.error.OwnershipException;
import dev.previews.error.RemoteCommandException;
import dev.previews.exec.Command;
import dev.previews.exec.Execution;
import dev.previews.spi.Context;
import dev.previews.spi.Labels;
import dev.previews.spi.MachineSpec;
import dev.previews.ssh.vm.MachineProvider;
import dev.previews.ssh.vm.VirtualMachine;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Makes machines as containers. A machine's keys are inside of it, and are got through the engine.
 */
final class DockerVmProvider implements MachineProvider {
  private static final String NAME = "docker-vm";
  private static final String SNAPSHOT = "dev.previews.vm.snapshot";
  static final ExposedPort SSH = ExposedPort.tcp(22);

  // A snapshot must not bring the keys of the machine that it was made of.
  private static final String START =
      """
      mkdir -p -m 700 /root/.ssh /etc/preview; mkdir -p /run/sshd
      if [ "$(cat /etc/preview/machine 2>/dev/null)" != "$HOSTNAME_OF_MACHINE" ]; then
        rm -f /etc/ssh/ssh_host_* /etc/preview/*
        ssh-keygen -A >/dev/null
        ssh-keygen -q -t ed25519 -N '' -C preview -f /etc/preview/key
        cp /etc/preview/key.pub /root/.ssh/authorized_keys; chmod 600 /root/.ssh/authorized_keys
        echo "$HOSTNAME_OF_MACHINE" >/etc/preview/machine
      fi
      rm -f /run/docker.pid /var/run/docker.pid /run/docker/containerd/containerd.pid
      $(command -v sshd || echo /usr/sbin/sshd)
      exec dockerd --host=unix:///var/run/docker.sock
      """;

  // Until a machine that was made of a snapshot has its own keys, those of the other one are there.
  private static final String TELL =
      """
      [ "$(cat /etc/preview/machine 2>/dev/null)" = "$HOSTNAME_OF_MACHINE" ] && cat /etc/preview/key && echo &&
        cut -d' ' -f1,2 /etc/ssh/ssh_host_*_key.pub
      """;

  private final Engine engine;
  private final String image;
  private final Map<String, String> settings;

  DockerVmProvider(Engine engine, String image, Map<String, String> settings) {
    this.engine = engine;
    this.image = image;
    this.settings = settings;
  }

  @Override
  public String name() {
    return NAME;
  }

  @Override
  public Map<String, String> settings() {
    return settings;
  }

  private static String container(EnvironmentId id) {
    return "preview-" + id;
  }

  @Override
  public VirtualMachine create(
      MachineSpec spec, Map<String, String> wanted, Optional<String> snapshot, Context call) {
    String name = container(spec.id());
    return asked(
        "making the machine of " + spec.id(),
        () -> {
          while (true) {
            try {
              InspectContainerResponse found = inspect(name, call);
              if (found != null) {
                requireOurs(name, found, spec);
                start(found.getId(), call);
                return awaitKeys(spec.id(), call);
              }
              make(name, spec, wanted, snapshot, call);
            } catch (ConflictException e) {
              // Another process was faster, or removes it: what it leaves is looked at again.
              call.deadline().pause(Duration.ofMillis(100), "container " + name, e::getMessage);
            }
          }
        });
  }

  private void make(
      String name,
      MachineSpec spec,
      Map<String, String> wanted,
      Optional<String> snapshot,
      Context call) {
    engine
        .client(call.deadline())
        .createVolumeCmd()
        .withName(name)
        .withLabels(MachineLabels.ofDisk(spec))
        .exec();
    Map<String, String> labels = MachineLabels.ofMachine(spec, wanted);
    HostConfig host =
        HostConfig.newHostConfig()
            .withPrivileged(true)
            .withInit(true)
            .withTmpFs(Map.of("/run", ""))
            .withRestartPolicy(RestartPolicy.unlessStoppedRestart())
            .withPortBindings(new PortBinding(Ports.Binding.bindIp("127.0.0.1"), SSH))
            .withBinds(new Bind(name, new Volume("/var/lib/docker")));
    if (settings.containsKey("memory")) {
      host.withMemory(Long.parseLong(settings.getOrDefault("memory", "0")));
    }
    engine
        .client(call.deadline())
        .createContainerCmd(snapshot.map(it -> SNAPSHOT + ":" + it).orElse(image))
        .withName(name)
        .withHostName(name)
        .withLabels(labels)
        .withEnv("HOSTNAME_OF_MACHINE=" + name + " " + labels.get(Labels.CREATED))
        .withEntrypoint("sh", "-c", START, "machine")
        .withCmd()
        .withExposedPorts(SSH)
        .withHostConfig(host)
        .exec();
  }

  private void start(String container, Context call) {
    try {
      engine.client(call.deadline()).startContainerCmd(container).exec();
    } catch (NotModifiedException e) {
      // It runs.
    }
  }

  /** Its keys are made when it starts for the first time. */
  private VirtualMachine awaitKeys(EnvironmentId id, Context call) {
    while (true) {
      Optional<VirtualMachine> machine = find(id, call);
      if (machine.isPresent() && !machine.get().privateKey().isEmpty()) {
        return machine.get();
      }
      if (machine.isPresent() && !machine.get().running()) {
        throw new RemoteCommandException(
            "the container "
                + container(id)
                + " ended as it started: does the image "
                + image
                + " have sh, ssh-keygen, sshd and dockerd? See docker logs "
                + container(id));
      }
      call.deadline()
          .pause(Duration.ofMillis(100), "the keys of container " + container(id), () -> "none");
    }
  }

  private static void requireOurs(String name, InspectContainerResponse found, MachineSpec spec) {
    Map<String, String> labels = MachineLabels.of(found);
    if (!MachineLabels.isMachine(labels)
        || !spec.id().value().equals(labels.get(Labels.ENVIRONMENT))
        || !spec.owner().equals(labels.get(Labels.OWNER))) {
      throw new OwnershipException(
          "the container "
              + name
              + " belongs to '"
              + labels.getOrDefault(Labels.OWNER, "somebody else")
              + "', so '"
              + spec.owner()
              + "' cannot have environment "
              + spec.id());
    }
  }

  private @Nullable InspectContainerResponse inspect(String name, Context call) {
    try {
      return engine.client(call.deadline()).inspectContainerCmd(name).exec();
    } catch (NotFoundException e) {
      return null;
    }
  }

  @Override
  public Optional<VirtualMachine> find(EnvironmentId id, Context call) {
    return asked(
        "looking for the machine of " + id,
        () -> {
          InspectContainerResponse found = inspect(container(id), call);
          return found == null ? disk(container(id), call) : describe(found, true, call);
        });
  }

  private Optional<VirtualMachine> disk(String name, Context call) {
    try {
      return MachineLabels.disk(engine.client(call.deadline()).inspectVolumeCmd(name).exec());
    } catch (NotFoundException e) {
      return Optional.empty();
    }
  }

  @Override
  public List<VirtualMachine> list(Context call) {
    return asked(
        "listing machines",
        () -> {
          Map<EnvironmentId, VirtualMachine> machines = new TreeMap<>();
          List<InspectVolumeResponse> disks =
              engine
                  .client(call.deadline())
                  .listVolumesCmd()
                  .withFilter("label", List.of(MachineLabels.ROLE + "=" + MachineLabels.DISK))
                  .exec()
                  .getVolumes();
          for (InspectVolumeResponse one :
              disks == null ? List.<InspectVolumeResponse>of() : disks) {
            MachineLabels.disk(one).ifPresent(it -> machines.put(it.id(), it));
          }
          for (Container one :
              engine
                  .client(call.deadline())
                  .listContainersCmd()
                  .withShowAll(true)
                  .withLabelFilter(
                      List.of(Labels.ENVIRONMENT, MachineLabels.ROLE + "=" + MachineLabels.MACHINE))
                  .exec()) {
            InspectContainerResponse found = inspect(one.getId(), call);
            if (found != null) {
              describe(found, false, call).ifPresent(it -> machines.put(it.id(), it));
            }
          }
          return List.copyOf(machines.values());
        });
  }

  private Optional<VirtualMachine> describe(
      InspectContainerResponse found, boolean withKeys, Context call) {
    boolean running = Boolean.TRUE.equals(found.getState().getRunning());
    return MachineLabels.machine(
        found, running && withKeys ? tell(found.getId(), call) : "", running);
  }

  /** Its key and its host keys; empty as long as there are none. */
  private String tell(String container, Context call) {
    ByteArrayOutputStream stdout = new ByteArrayOutputStream();
    Command ask =
        Command.of("sh", "-c", TELL)
            .stdout(stdout)
            .timeout(call.deadline().remaining(Duration.ofSeconds(20)));
    try (Execution asked = engine.exec().exec(container, ask)) {
      return asked.await() == 0 ? stdout.toString(StandardCharsets.UTF_8) : "";
    } catch (ConnectionException e) {
      return ""; // it ended meanwhile
    }
  }

  @Override
  public void delete(EnvironmentId id, VolumePolicy volumes, Context call) {
    asked(
        "removing the machine of " + id,
        () -> {
          new Sweep(engine, id, labels -> volumes == VolumePolicy.REMOVE, call).run();
          return id;
        });
  }

  @Override
  public List<String> snapshots(Context call) {
    return asked(
        "listing snapshots",
        () ->
            engine
                .client(call.deadline())
                .listImagesCmd()
                .withReferenceFilter(SNAPSHOT)
                .exec()
                .stream()
                .map(Image::getRepoTags)
                .filter(Objects::nonNull)
                .flatMap(Arrays::stream)
                .map(tag -> tag.substring(tag.indexOf(':') + 1))
                .toList());
  }

  @Override
  public void snapshot(VirtualMachine machine, String name, Context call) {
    asked(
        "saving " + machine,
        () ->
            engine
                .client(call.deadline())
                .commitCmd(container(machine.id()))
                .withRepository(SNAPSHOT)
                .withTag(name)
                // Else the image would be the environment's, and go with it.
                .withLabels(
                    Map.of(
                        Labels.ENVIRONMENT, "", Labels.OWNER, "", MachineLabels.ROLE, "snapshot"))
                .exec());
  }

  @Override
  public void close() {
    engine.close();
  }

  /** What the engine refuses, in our words. */
  private static <T> T asked(String what, Supplier<T> request) {
    try {
      return request.get();
    } catch (DockerException e) {
      throw new RemoteCommandException(
          "the Docker engine failed " + what, String.valueOf(e.getMessage()), e);
    }
  }
}
