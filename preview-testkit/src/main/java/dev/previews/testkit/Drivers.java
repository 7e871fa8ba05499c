package dev.previews.testkit;

import dev.previews.exec.Deadline;
import dev.previews.progress.ProgressListener;
import dev.previews.spi.Context;
import dev.previews.spi.Driver;
import dev.previews.spi.DriverProvider;
import java.net.URI;
import java.time.Duration;
import java.util.ServiceLoader;

/** Opens a driver by its address, as the front door does. */
final class Drivers {
  private Drivers() {}

  static Driver open(String address) {
    URI uri = URI.create(address);
    return ServiceLoader.load(DriverProvider.class).stream()
        .map(ServiceLoader.Provider::get)
        .filter(provider -> provider.scheme().equals(uri.getScheme()))
        .findFirst()
        .orElseThrow(() -> new AssertionError("no driver for " + address + " on the class path"))
        .parse(uri)
        .open(context());
  }

  static Context context() {
    return Context.of(Deadline.in(Duration.ofMinutes(3)), ProgressListener.none());
  }
}
