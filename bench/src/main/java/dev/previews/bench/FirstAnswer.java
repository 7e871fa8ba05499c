package dev.previews.bench;

import dev.previews.Previews;
import dev.previews.docker.Docker;
import dev.previews.spi.DriverConfig;
import java.nio.file.Path;

/** A program of its own: starts, asks the engine for the environments that there are, and ends. */
final class FirstAnswer {
  private FirstAnswer() {}

  public static void main(String[] arguments) {
    Previews.builder().driver(driver(arguments[0])).list();
  }

  static DriverConfig driver(String image) {
    return Docker.docker().image(image);
  }

  static String[] command(String image) {
    return new String[] {
      Path.of(System.getProperty("java.home"), "bin", "java").toString(),
      "-cp",
      System.getProperty("java.class.path"),
      FirstAnswer.class.getName(),
      image
    };
  }
}
