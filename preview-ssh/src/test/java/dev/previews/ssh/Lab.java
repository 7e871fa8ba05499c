package dev.previews.ssh;

import dev.previews.machines.TestHosts;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** The machines to test on, and the programs that look at them without the driver. */
final class Lab {
  private Lab() {}

  static Path key() {
    return TestHosts.find().key();
  }

  static Path knownHosts() {
    return TestHosts.find().knownHosts();
  }

  static List<String> hosts() {
    return TestHosts.find().hosts();
  }

  static String docker(String... arguments) throws IOException, InterruptedException {
    List<String> argv = new ArrayList<>(List.of("docker"));
    argv.addAll(List.of(arguments));
    return run(argv);
  }

  /** Runs a program and returns what it printed, both outputs together. */
  static String run(List<String> argv) throws IOException, InterruptedException {
    Process process = new ProcessBuilder(argv).redirectErrorStream(true).start();
    process.getOutputStream().close();
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    if (!process.waitFor(2, TimeUnit.MINUTES) || process.exitValue() != 0) {
      throw new IOException(String.join(" ", argv) + ": " + output);
    }
    return output.strip();
  }
}
