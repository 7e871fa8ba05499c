package dev.previews.compose.cli;

import dev.previews.engine.SearchPath;
import dev.previews.error.InvalidInputException;
import dev.previews.exec.Deadline;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The Compose CLI of this machine: {@code docker compose}, which is a plug-in that is called by
 * itself where it is known, else {@code docker-compose}. Looked for at the first call, and asked
 * for its version where no call in this JVM has asked it. Thread-safe, holds nothing open.
 */
public final class ComposeCli {
  private static final Duration PROBE = Duration.ofSeconds(20);
  private static final String INSTALL =
      "; Previews needs Docker Compose "
          + CliVersion.NEEDED
          + " or newer: install the package docker-compose-plugin (of Docker) or docker-compose (of"
          + " your distribution), see https://docs.docker.com/compose/install/linux/";

  private final Map<String, String> environment;
  private @Nullable List<String> program;

  /** A CLI that is found by the {@code PATH} of this environment, which its calls inherit. */
  public ComposeCli(Map<String, String> environment) {
    this.environment = Map.copyOf(environment);
  }

  /**
   * Resolves and prints: without any engine, and within a limit of time, of memory and of output.
   *
   * @throws InvalidInputException when there is no CLI, or it is too old
   * @throws LimitExceededException when it used more than it may
   * @throws dev.previews.error.DeadlineException when the deadline passed
   */
  public CliResult resolve(Invocation invocation, Deadline deadline) {
    return resolve(program(deadline), invocation, deadline);
  }

  /**
   * Works on an engine.
   *
   * @throws InvalidInputException when there is no CLI, or it is too old
   * @throws dev.previews.error.DeadlineException when the deadline passed
   * @throws dev.previews.error.PreviewInterruptedException when the thread is interrupted
   */
  public CliResult run(Invocation invocation, EngineSocket engine, Deadline deadline) {
    return run(
        program(deadline),
        invocation,
        CliEnvironment.working(environment, engine.host(), invocation.variables()),
        Limits.WORKING,
        deadline);
  }

  private CliResult resolve(List<String> found, Invocation invocation, Deadline deadline) {
    return run(
        found,
        invocation,
        CliEnvironment.resolving(environment, invocation.variables()),
        Limits.PARSING,
        deadline);
  }

  private static CliResult run(
      List<String> found,
      Invocation invocation,
      Map<String, String> surroundings,
      Limits limits,
      Deadline deadline) {
    List<String> argv = invocation.argv(found);
    try {
      return ChildProcess.run(argv, surroundings, invocation, limits, deadline);
    } catch (IOException e) {
      throw new InvalidInputException(
          "the Compose CLI " + argv.get(0) + " cannot be run: " + e.getMessage() + INSTALL, e);
    }
  }

  private synchronized List<String> program(Deadline deadline) {
    List<String> known = program;
    if (known == null) {
      known = probe(deadline.within(PROBE));
      program = known;
    }
    return known;
  }

  private List<String> probe(Deadline deadline) {
    List<String> seen = new ArrayList<>();
    for (List<String> candidate : candidates()) {
      String name = String.join(" ", candidate);
      if (ProvenPrograms.hold(candidate)) {
        return candidate;
      }
      CliResult answer =
          resolve(candidate, Invocation.of("version").arguments("--short"), deadline);
      Optional<CliVersion> version =
          answer.exitCode() == 0 ? CliVersion.parse(answer.stdout()) : Optional.empty();
      if (version.isPresent() && version.get().compareTo(CliVersion.NEEDED) >= 0) {
        ProvenPrograms.add(candidate);
        return candidate;
      }
      seen.add(
          version
              .map(old -> name + " is version " + old)
              .orElse(name + " has no Compose: " + firstLine(answer)));
    }
    throw new InvalidInputException(
        (seen.isEmpty()
                ? "neither docker nor docker-compose is on the PATH"
                : String.join(", and ", seen))
            + INSTALL);
  }

  private List<List<String>> candidates() {
    List<List<String>> candidates = new ArrayList<>();
    SearchPath.find("docker", environment)
        .map(
            docker ->
                ComposePlugin.of(docker, environment)
                    .map(plugin -> List.of(plugin.toString()))
                    .orElse(List.of(docker.toString(), "compose")))
        .ifPresent(candidates::add);
    SearchPath.find("docker-compose", environment)
        .map(Path::toString)
        .ifPresent(compose -> candidates.add(List.of(compose)));
    return candidates;
  }

  private static String firstLine(CliResult answer) {
    String text = answer.tail().isBlank() ? answer.stdout() : answer.tail();
    return text.lines()
        .filter(line -> !line.isBlank())
        .findFirst()
        .orElse("it ended with " + answer.exitCode() + " and said nothing");
  }
}
