package dev.previews.machines;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * A program in a JVM of its own which the modes of files bind, even where tests run as root: that
 * one may read everything, but for {@code setpriv}, which takes the right away.
 */
public final class BoundByModes {
  private BoundByModes() {}

  /** Runs it to its end, and returns what it printed to both outputs. */
  public static String output(Class<?> program, String... arguments)
      throws IOException, InterruptedException {
    List<String> argv = new ArrayList<>();
    if ("root".equals(System.getProperty("user.name"))) {
      argv.addAll(List.of("setpriv", "--bounding-set=-dac_override,-dac_read_search"));
    }
    argv.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    argv.addAll(List.of("-cp", System.getProperty("java.class.path"), program.getName()));
    argv.addAll(List.of(arguments));
    Process process = new ProcessBuilder(argv).redirectErrorStream(true).start();
    process.getOutputStream().close();
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    process.waitFor();
    return output;
  }
}
