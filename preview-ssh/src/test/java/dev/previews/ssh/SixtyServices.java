package dev.previews.ssh;

import static org.assertj.core.api.Assertions.assertThat;

import dev.previews.Preview;
import dev.previews.Previews;
import dev.previews.environment.Service;
import dev.previews.machines.TestImages;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;

/** A project with more services than an sshd allows sessions. */
final class SixtyServices {
  /** One such project at a time: an engine's whole work, twice over, is too much at once. */
  static final String LOCK = "60 services";

  private static final String CONNECTIONS = "grep -c ':0016 [0-9A-F:]* 01 ' /proc/net/tcp";

  private SixtyServices() {}

  /** Returns how many connections sshd had when all had answered. */
  static int comeUpAndAnswer(SshMachine machine, Path directory) throws Exception {
    int connections;
    StringBuilder compose = new StringBuilder("services:\n");
    for (int i = 0; i < 60; i++) {
      compose.append(
          """
            s%d:
              image: %s
              init: true
              command: [sh, -c, 'echo -n %d >/index.html; exec httpd -f -p 80 -h /']
              ports: ["80"]
          """
              .formatted(i, TestImages.busybox(), i));
    }
    Path file = Files.writeString(directory.resolve("compose.yaml"), compose);
    Previews previews =
        Previews.builder()
            .driver(machine.driver())
            .id("sixty")
            .deadline(Duration.ofMinutes(8))
            .build();
    try (Preview preview = previews.up(file)) {
      assertThat(preview.services()).hasSize(60).allMatch(Service::ready);
      for (int i = 0; i < 60; i++) {
        try (InputStream body = preview.url("s" + i).toURL().openStream()) {
          assertThat(new String(body.readAllBytes(), StandardCharsets.UTF_8)).isEqualTo("" + i);
        }
      }
      connections = Integer.parseInt(machine.exec(CONNECTIONS));
      preview.down();
    }
    assertThat(machine.place().leftovers("sixty")).isEmpty();
    return connections;
  }
}
