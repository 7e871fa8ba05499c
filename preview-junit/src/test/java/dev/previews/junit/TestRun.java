package dev.previews.junit;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** Sample tests in a JVM of their own, as a build runs them, on a JUnit of some version. */
final class TestRun {
  private final List<String> systemProperties = new ArrayList<>();
  private final ProcessBuilder process = new ProcessBuilder().redirectErrorStream(true);
  private final Path junit;
  private String classPath = withoutJUnit();

  private TestRun(Path junit) {
    this.junit = junit;
    process.environment().keySet().removeIf(name -> name.startsWith("PREVIEW_DRIVER"));
  }

  static TestRun onOldestJUnit() {
    return new TestRun(Path.of("target", "junit", "oldest.jar").toAbsolutePath());
  }

  static TestRun onNewestJUnit() {
    return new TestRun(Path.of("target", "junit", "newest.jar").toAbsolutePath());
  }

  private static String withoutJUnit() {
    String all =
        System.getProperty("surefire.test.class.path", System.getProperty("java.class.path"));
    return Arrays.stream(all.split(File.pathSeparator))
        .filter(entry -> !Path.of(entry).getFileName().toString().matches("(junit-|opentest4j).*"))
        .collect(Collectors.joining(File.pathSeparator));
  }

  TestRun systemProperty(String name, String value) {
    systemProperties.add("-D" + name + "=" + value);
    return this;
  }

  TestRun environment(Map<String, String> variables) {
    process.environment().putAll(variables);
    return this;
  }

  /** Puts a directory before everything else on the class path. */
  TestRun classPath(Path directory) {
    classPath = directory + File.pathSeparator + classPath;
    return this;
  }

  TestRun directory(Path directory) {
    process.directory(directory.toFile());
    return this;
  }

  /** Runs them to their end and returns what the JVM printed. */
  String of(Class<?> testClass) throws IOException, InterruptedException {
    List<String> argv = new ArrayList<>();
    argv.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    argv.addAll(List.of("-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1"));
    argv.addAll(systemProperties);
    argv.addAll(List.of("-cp", junit + File.pathSeparator + classPath));
    argv.addAll(List.of("org.junit.platform.console.ConsoleLauncher", "execute"));
    argv.addAll(List.of("--disable-banner", "--disable-ansi-colors"));
    argv.add("--select-class=" + testClass.getName());
    Process running = process.command(argv).start();
    running.getOutputStream().close();
    String output = new String(running.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    if (!running.waitFor(2, TimeUnit.MINUTES)) {
      running.destroyForcibly();
      throw new AssertionError("the tests did not end: " + output);
    }
    return output;
  }

  /** The container that a sample noted. */
  static String container(String output) {
    return noted(output, 2);
  }

  /** The environment that a sample noted. */
  static String id(String output) {
    return noted(output, 1);
  }

  private static String noted(String output, int group) {
    Matcher line = Pattern.compile("^sample (\\S+) (\\S+)$", Pattern.MULTILINE).matcher(output);
    assertThat(line.find()).as(output).isTrue();
    return line.group(group);
  }
}
