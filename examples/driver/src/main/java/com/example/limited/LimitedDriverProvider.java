package com.example.limited;

import static dev.previews.docker.Docker.docker;

import dev.previews.docker.Docker;
import dev.previews.environment.EnvironmentId;
import dev.previews.environment.VolumePolicy;
import dev.previews.error.InvalidInputException;
import dev.previews.spi.Connection;
import dev.previews.spi.Context;
import dev.previews.spi.Driver;
import dev.previews.spi.DriverConfig;
import dev.previews.spi.DriverProvider;
import dev.previews.spi.Machine;
import dev.previews.spi.MachineSpec;
import java.net.URI;
import java.util.List;
import java.util.Optional;

/**
 * A small engine that many use: {@code limited://20} is the Docker engine at hand, for at most 20
 * environments; {@code limited://20/busybox:1.37} names the image of the Docker driver's helper. A
 * driver of your own makes machines in the same way, wherever it finds them.
 */
public final class LimitedDriverProvider implements DriverProvider {
  /** For {@link java.util.ServiceLoader}. */
  public LimitedDriverProvider() {}

  @Override
  public String scheme() {
    return "limited";
  }

  @Override
  public DriverConfig parse(URI address) {
    int limit;
    try {
      limit = Integer.parseInt(address.getAuthority());
    } catch (NumberFormatException e) {
      throw new InvalidInputException(
          "'" + address + "' says no limit: it is limited://20, for 20 environments", e);
    }
    String image = address.getPath().replaceFirst("^/", "");
    Docker engine = image.isEmpty() ? docker() : docker().image(image);
    return context -> new LimitedDriver(engine.open(context), limit);
  }

  /** Lets a new environment in where there is room; all else is the engine's. */
  private record LimitedDriver(Driver engine, int limit) implements Driver {
    @Override
    public Machine ensure(MachineSpec spec, Context context) {
      if (engine.find(spec.id(), context).isEmpty()) {
        List<Machine> there = engine.list(context);
        if (there.size() >= limit) {
          throw new InvalidInputException(
              "there are "
                  + there.size()
                  + " environments, and no more than "
                  + limit
                  + " are allowed: take one of them down");
        }
      }
      return engine.ensure(spec, context);
    }

    @Override
    public Optional<Machine> find(EnvironmentId id, Context context) {
      return engine.find(id, context);
    }

    @Override
    public List<Machine> list(Context context) {
      return engine.list(context);
    }

    @Override
    public Connection connect(Machine machine, Context context) {
      return engine.connect(machine, context);
    }

    @Override
    public void delete(EnvironmentId id, VolumePolicy volumes, Context context) {
      engine.delete(id, volumes, context);
    }

    @Override
    public void close() {
      engine.close();
    }
  }
}
