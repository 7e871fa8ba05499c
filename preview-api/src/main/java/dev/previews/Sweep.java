package dev.previews;

import dev.previews.environment.Environment;
import dev.previews.environment.EnvironmentId;
import dev.previews.environment.VolumePolicy;
import dev.previews.error.NotFoundException;
import dev.previews.error.PreviewException;
import dev.previews.spi.Connection;
import dev.previews.spi.Context;
import dev.previews.spi.Deployer;
import dev.previews.spi.Driver;
import dev.previews.spi.Machine;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.function.Supplier;

/** Finds environments that have expired, and removes them. */
final class Sweep {
  private final Supplier<Deployer> deployer;
  private final Driver driver;
  private final Context context;
  private volatile boolean stopped;

  Sweep(Supplier<Deployer> deployer, Driver driver, Context context) {
    this.deployer = deployer;
    this.driver = driver;
    this.context = context;
  }

  /** Those that have expired. Only a machine whose label says that it may have is asked. */
  List<Machine> expired() {
    return driver.list(context).stream().filter(this::hasExpired).toList();
  }

  private boolean hasExpired(Machine machine) {
    if (machine.ttl().isEmpty()) {
      return false;
    }
    return switch (machine.environment().state()) {
      case RUNNING -> saysThatItHas(machine);
      case STARTING, STOPPED -> isUnused(machine, machine.ttl().get());
      case REMOVING -> false;
    };
  }

  /** Nobody uses one that does not run, since it does not. */
  private static boolean isUnused(Machine machine, Duration ttl) {
    return machine
        .unusedSince()
        .map(since -> since.plus(ttl).isBefore(Instant.now()))
        .orElse(false);
  }

  /** One that cannot be asked is left alone. */
  private boolean saysThatItHas(Machine machine) {
    try (Connection connection = driver.connect(machine, context)) {
      return new Expiry(machine, connection, context).passed();
    } catch (NotFoundException gone) {
      return false;
    } catch (PreviewException e) {
      notice(
          "whether the environment "
              + machine.id()
              + " has expired is not known: "
              + e.getMessage());
      return false;
    }
  }

  /** Removes them; returns those that are gone. */
  List<Environment> run(Predicate<Machine> wanted) {
    List<Environment> removed = new ArrayList<>();
    for (Machine listed : driver.list(context)) {
      if (stopped) {
        break;
      }
      if (wanted.test(listed) && hasExpired(listed)) {
        expiredStill(listed, wanted)
            .filter(this::remove)
            .ifPresent(it -> removed.add(it.environment()));
      }
    }
    return removed;
  }

  /** Removals take their time: what was listed before may be in use by now. */
  private Optional<Machine> expiredStill(Machine listed, Predicate<Machine> wanted) {
    return driver.find(listed.id(), context).filter(wanted).filter(this::hasExpired);
  }

  private boolean remove(Machine machine) {
    try {
      Removal.of(machine, deployer, driver, VolumePolicy.REMOVE, context);
      notice("removed the environment " + machine.id() + ": it had expired");
      return true;
    } catch (PreviewException e) {
      notice(
          "the environment "
              + machine.id()
              + " has expired and was not removed: "
              + e.getMessage());
      return false;
    }
  }

  private void notice(String text) {
    if (!stopped) {
      context.notice(text);
    }
  }

  /** Begins no other removal. */
  void stop() {
    stopped = true;
  }

  /** Removes those of an owner, but for one, while the caller does something else. */
  Background inBackground(String owner, EnvironmentId but) {
    Background background =
        new Background(
            machine -> machine.environment().owner().equals(owner) && !machine.id().equals(but));
    background.start();
    return background;
  }

  /** A sweep under way. What it leaves is the next one's. */
  final class Background implements AutoCloseable {
    private static final Duration LONGEST_WAIT = Duration.ofSeconds(15);
    private static final Duration LONGEST_WAIT_WHEN_STOPPED = Duration.ofSeconds(5);

    private final Thread thread;

    private Background(Predicate<Machine> wanted) {
      this.thread = new Thread(() -> sweep(wanted), "preview-sweep");
      thread.setDaemon(true);
    }

    private void start() {
      thread.start();
    }

    private void sweep(Predicate<Machine> wanted) {
      try {
        run(wanted);
      } catch (RuntimeException e) {
        notice("expired environments were not looked for: " + e.getMessage());
      }
    }

    /** Waits until it is done, but not for long; then it begins nothing more. */
    @Override
    public void close() {
      try {
        thread.join((stopped ? LONGEST_WAIT_WHEN_STOPPED : LONGEST_WAIT).toMillis());
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
      stop();
    }
  }
}
