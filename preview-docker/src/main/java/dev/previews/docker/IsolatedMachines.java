package dev.previews.docker;

import com.github.dockerjava.api.command.CreateContainerCmd;
import com.github.dockerjava.api.command.InspectContainerResponse;
import com.github.dockerjava.api.command.InspectVolumeResponse;
import com.github.dockerjava.api.exception.DockerException;
import com.github.dockerjava.api.model.HostConfig;
import com.github.dockerjava.api.model.RestartPolicy;
import dev.previews.engine.Engine;
import dev.previews.error.ConnectionException;
import dev.previews.error.DeadlineException;
import dev.previews.error.PreviewException;
import dev.previews.error.RemoteCommandException;
import dev.previews.spi.Connection;
import dev.previews.spi.Context;
import dev.previews.spi.Endpoint;
import dev.previews.spi.MachineSpec;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Machines with an engine of their own, each in a privileged container. */
final class IsolatedMachines extends Machines {
  /** Where the volume of the environment's files is, for commands and for the engine inside. */
  static final String DIRECTORY = "/var/lib/preview";

  private static final int LOG_LINES = 20;
  private static final String MTU = "com.docker.network.driver.mtu";

  // What a machine that was killed left behind keeps dockerd from starting. Docker's own image has
  // an entrypoint that prepares control groups and iptables; elsewhere the processes leave the root
  // control group here, because version 2 gives no controllers to a group with both. What --mtu
  // says
  // is of the default bridge alone: Compose's networks take theirs from another option, which
  // engines have since 24.
  static final String START =
      """
      rm -f /run/docker.pid /var/run/docker.pid /run/docker.sock /var/run/docker.sock
      rm -f /run/docker/containerd/containerd.pid /run/containerd/containerd.pid
      for argument; do
        case $argument in
        --mtu=*)
          if dockerd --help 2>/dev/null | grep -q -e --default-network-opt; then
            set -- "$@" "--default-network-opt=bridge=com.docker.network.driver.mtu=${argument#*=}"
          fi
          ;;
        esac
      done
      if command -v dockerd-entrypoint.sh >/dev/null; then exec dockerd-entrypoint.sh "$@"; fi
      g=/sys/fs/cgroup
      if [ -f $g/cgroup.controllers ] && mkdir -p $g/init; then
        for p in $(cat $g/cgroup.procs); do echo $p >$g/init/cgroup.procs; done
        for c in $(cat $g/cgroup.controllers); do echo +$c >$g/cgroup.subtree_control; done
      fi 2>/dev/null
      exec "$@"
      """;

  IsolatedMachines(Engine engine, Images images, String image) {
    super(engine, Mode.ISOLATED, images, image);
  }

  @Override
  String imageOption() {
    return "docker().machineImage(\"…\") or docker://?machineImage=…";
  }

  @Override
  void requireRoom(MachineSpec spec, Context call) {
    requireOurs(Mode.dataVolume(spec.id()), spec, call);
  }

  @Override
  String directory(InspectVolumeResponse files) {
    return DIRECTORY;
  }

  @Override
  void configure(
      CreateContainerCmd create, MachineSpec spec, InspectVolumeResponse files, Context call) {
    List<String> dockerd =
        new ArrayList<>(List.of("dockerd", "--host=unix:///var/run/docker.sock"));
    String mtu = outerMtu(call);
    if (!mtu.isEmpty()) {
      dockerd.add("--mtu=" + mtu);
    }
    create
        .withEntrypoint("sh", "-c", START, "machine")
        .withCmd(dockerd)
        .withEnv("DOCKER_TLS_CERTDIR=")
        .withHostConfig(
            HostConfig.newHostConfig()
                .withPrivileged(true)
                .withRestartPolicy(RestartPolicy.unlessStoppedRestart())
                .withMounts(
                    List.of(
                        mount(
                            Mode.dataVolume(spec.id()),
                            MachineLabels.DATA,
                            "/var/lib/docker",
                            spec,
                            MachineLabels.created(files.getLabels())),
                        filesMount(spec, files))));
  }

  /**
   * Packets of the inner network must fit into those of the outer one; empty for the usual size.
   */
  private String outerMtu(Context call) {
    try {
      Map<String, String> options =
          engine()
              .client(call.deadline())
              .inspectNetworkCmd()
              .withNetworkId("bridge")
              .exec()
              .getOptions();
      String mtu = options == null ? "" : options.getOrDefault(MTU, "");
      return mtu.equals("1500") ? "" : mtu;
    } catch (DockerException e) {
      return "";
    }
  }

  @Override
  void awaitReady(InspectContainerResponse container, Context call) {
    String name = container.getName().replaceFirst("^/", "");
    String lastSeen = "nothing";
    while (true) {
      requireSameRun(container, name, call);
      try (Connection connection = connect(container.getId());
          Engine inner =
              Engine.open(
                  () -> connection.dial(Endpoint.engine()),
                  call.deadline().within(Duration.ofSeconds(10)))) {
        inner.exec();
        return;
      } catch (ConnectionException | DeadlineException e) {
        lastSeen = e.getMessage();
      }
      String seen = lastSeen;
      call.deadline()
          .pause(Duration.ofMillis(200), "the Docker engine in container " + name, () -> seen);
    }
  }

  private void requireSameRun(InspectContainerResponse container, String name, Context call) {
    InspectContainerResponse.ContainerState now =
        engine().client(call.deadline()).inspectContainerCmd(container.getId()).exec().getState();
    if (!Boolean.TRUE.equals(now.getRunning())
        || !String.valueOf(container.getState().getStartedAt())
            .equals(String.valueOf(now.getStartedAt()))) {
      throw new RemoteCommandException(
          "the Docker engine in container " + name + " ended as it started",
          log(container.getId(), call),
          null);
    }
  }

  private String log(String container, Context call) {
    try {
      return engine()
          .lastLines(container, LOG_LINES, call.deadline().within(Duration.ofSeconds(5)));
    } catch (PreviewException e) {
      return "no log: " + e.getMessage();
    }
  }

  @Override
  Connection connect(String container) {
    return new IsolatedConnection(engine(), container);
  }
}
