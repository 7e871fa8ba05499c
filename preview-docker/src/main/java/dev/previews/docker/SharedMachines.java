package dev.previews.docker;

import com.github.dockerjava.api.command.CreateContainerCmd;
import com.github.dockerjava.api.command.InspectContainerResponse;
import com.github.dockerjava.api.command.InspectVolumeResponse;
import com.github.dockerjava.api.model.HostConfig;
import com.github.dockerjava.api.model.RestartPolicy;
import dev.previews.engine.Engine;
import dev.previews.engine.EngineAddress;
import dev.previews.spi.Connection;
import dev.previews.spi.Context;
import dev.previews.spi.MachineSpec;
import java.util.List;
import java.util.Objects;

/**
 * Machines on the engine at hand. Each is a volume and a helper container, which sees the volume at
 * the path that the engine has it at, and the engine's own network.
 */
final class SharedMachines extends Machines {
  private final EngineAddress address;

  SharedMachines(Engine engine, EngineAddress address, Images images, String image) {
    super(engine, Mode.SHARED, images, image);
    this.address = address;
  }

  @Override
  String imageOption() {
    return "docker().image(\"…\") or docker://?image=…";
  }

  @Override
  void requireRoom(MachineSpec spec, Context call) {}

  @Override
  String directory(InspectVolumeResponse files) {
    return Objects.requireNonNull(files.getMountpoint());
  }

  @Override
  void configure(
      CreateContainerCmd create, MachineSpec spec, InspectVolumeResponse files, Context call) {
    create
        .withEntrypoint("tail", "-f", "/dev/null")
        .withHostConfig(
            HostConfig.newHostConfig()
                .withInit(true)
                .withNetworkMode("host")
                .withRestartPolicy(RestartPolicy.unlessStoppedRestart())
                .withMounts(List.of(filesMount(spec, files))));
  }

  @Override
  void awaitReady(InspectContainerResponse container, Context call) {}

  @Override
  Connection connect(String container) {
    return new SharedConnection(engine(), container, address);
  }
}
