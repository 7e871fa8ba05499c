package dev.previews.release;

import java.nio.file.Files;
import java.nio.file.Path;

/** A program that finds every driver by its name, and the deployer; it needs no machine. */
final class Finder {
  static final String FOUND = "found: docker kube ssh compose";

  private Finder() {}

  static Path write(Path sources) throws Exception {
    return Files.writeString(
        Files.createDirectories(sources.resolve("com/example")).resolve("Finder.java"),
        """
        package com.example;

        import dev.previews.Previews;
        import dev.previews.error.InvalidInputException;
        import java.nio.file.Path;

        public class Finder {
          public static void main(String[] arguments) {
            Previews.builder().driver("docker");
            Previews.builder().driver("kube");
            Previews.builder().driver("ssh://somebody@localhost");
            try {
              Previews.builder().id("finder").up(Path.of("no-such-file.yaml"));
            } catch (InvalidInputException e) {
              if (e.getMessage().contains("no-such-file.yaml")) {
                System.out.println("found: docker kube ssh compose");
              }
            }
          }
        }
        """);
  }
}
