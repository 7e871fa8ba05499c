package dev.previews.release;

import dev.previews.machines.TestImages;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;

/**
 * A program that embeds the library: it finds every driver by its name, and the deployer, and
 * brings a project up on the engine at hand.
 */
final class Embedder {
  static final String MAIN = "com.example.Embedder";
  static final String FOUND = "found: docker kube ssh compose";
  static final String ANSWERED = "answered: it works";

  private Embedder() {}

  /** Its source file, below a directory of sources. */
  static Path write(Path sources) throws Exception {
    return Files.writeString(
        Files.createDirectories(sources.resolve("com/example")).resolve("Embedder.java"),
        """
        package com.example;

        import dev.previews.Preview;
        import dev.previews.Previews;
        import dev.previews.error.InvalidInputException;
        import java.io.IOException;
        import java.io.InputStream;
        import java.nio.file.Path;

        public class Embedder {
          public static void main(String[] arguments) throws Exception {
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
            String driver = arguments[0];
            Path compose = Path.of(arguments[1]);
            try (Preview preview = Previews.builder().driver(driver).id(arguments[2]).ephemeral().up(compose)) {
              System.out.println("answered: " + answer(preview));
            }
          }

          static String answer(Preview preview) throws Exception {
            for (int left = 50; ; left--) {
              try (InputStream in = preview.url("web").toURL().openStream()) {
                return new String(in.readAllBytes()).strip();
              } catch (IOException e) { // it has no health check
                if (left == 0) {
                  throw e;
                }
                Thread.sleep(200);
              }
            }
          }
        }
        """);
  }

  /**
   * Runs it.
   *
   * @param directory where its project is put
   * @param java what says to {@code java} where the program is
   * @return what it printed
   */
  static String run(Path directory, String... java) throws Exception {
    Path compose =
        Files.writeString(
            directory.resolve("compose.yaml"),
            """
            services:
              web:
                image: %s
                init: true
                command: [sh, -c, "mkdir /www && echo it works >/www/index.html && exec busybox httpd -f -p 8080 -h /www"]
                ports: ["8080"]
            """
                .formatted(TestImages.busybox()));
    try (SamplePlace place = new SampleEngine()) {
      List<String> argv = new ArrayList<>(List.of(Command.java("java")));
      argv.addAll(List.of(java));
      argv.add(place.driver());
      argv.add(compose.toString());
      argv.add("embedder-" + UUID.randomUUID().toString().substring(0, 8));
      return Command.of(directory, argv.toArray(String[]::new)).output();
    }
  }
}
