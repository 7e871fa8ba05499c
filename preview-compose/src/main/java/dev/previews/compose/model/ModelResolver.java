package dev.previews.compose.model;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.previews.compose.cli.CliResult;
import dev.previews.compose.cli.ComposeCli;
import dev.previews.compose.cli.Invocation;
import dev.previews.compose.cli.LimitExceededException;
import dev.previews.error.DeadlineException;
import dev.previews.error.InvalidInputException;
import dev.previews.exec.Deadline;
import dev.previews.spi.ProjectSource;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * Lets Compose resolve what the files say: includes, extends, env files, profiles, interpolation.
 */
final class ModelResolver {
  private static final Duration MOST = Duration.ofSeconds(30);

  private final ComposeCli cli;
  private final ProjectSource source;
  private final Map<String, String> variables;
  private final Deadline whole;
  private final Deadline deadline;

  ModelResolver(ComposeCli cli, ProjectSource source, Map<String, String> more, Deadline deadline) {
    this.cli = cli;
    this.source = source;
    this.variables = new TreeMap<>(source.variables());
    this.variables.putAll(more);
    this.whole = deadline;
    this.deadline = deadline.within(MOST);
  }

  /** The model under the name that the project gives itself. */
  ComposeModel resolve() {
    return resolve(files());
  }

  /** The model under another name. */
  ComposeModel resolve(String projectName) {
    return resolve(files().options("--project-name", projectName));
  }

  /**
   * What variables are at interpolation, by name.
   *
   * @param needed why each is needed, by name
   */
  Map<String, String> values(Map<String, String> needed) {
    if (needed.isEmpty()) {
      return Map.of();
    }
    ObjectNode question = JsonNodeFactory.instance.objectNode();
    question.putObject("services");
    ObjectNode asked = question.putObject("x-values");
    needed.forEach((name, why) -> asked.put(name, "${" + name + "?" + why + "}"));
    ObjectNode answer =
        config(
                project(Invocation.of("config"))
                    .options("--project-name", "values", "--file", "-")
                    .stdin(question.toString()))
            .tree();
    Map<String, String> values = new LinkedHashMap<>();
    needed.keySet().forEach(name -> values.put(name, answer.path("x-values").path(name).asText()));
    return values;
  }

  private ComposeModel resolve(Invocation config) {
    ComposeModel model = config(config);
    if (model.services().isEmpty()) {
      throw new InvalidInputException(
          SourceFiles.named(source)
              + " holds no service that would run"
              + (source.profiles().isEmpty()
                  ? ": does it need a profile?"
                  : " with the profiles " + new TreeSet<>(source.profiles())));
    }
    return model;
  }

  private Invocation files() {
    Invocation config = project(Invocation.of("config"));
    for (Path file : source.files()) {
      config = config.options("--file", file.toAbsolutePath().toString());
    }
    for (String profile : new TreeSet<>(source.profiles())) {
      config = config.options("--profile", profile);
    }
    if (!source.services().isEmpty()) {
      config = config.arguments("--").arguments(List.copyOf(new TreeSet<>(source.services())));
    }
    return config;
  }

  private Invocation project(Invocation config) {
    return config
        .options("--project-directory", SourceFiles.directory(source).toString())
        .arguments("--format", "json");
  }

  private ComposeModel config(Invocation config) {
    try {
      CliResult result = cli.resolve(config.variables(variables), deadline);
      if (result.exitCode() != 0) {
        throw new InvalidInputException(
            SourceFiles.named(source) + " is not accepted by Docker Compose", result.tail(), null);
      }
      return new ComposeModel(ModelJson.read(result.stdout()));
    } catch (LimitExceededException e) {
      throw endless(e, String.valueOf(e.getMessage()));
    } catch (DeadlineException e) {
      if (whole.passed()) {
        throw e;
      }
      throw endless(e, "it took more than " + MOST.toSeconds() + " s");
    } catch (JsonProcessingException e) {
      throw new InvalidInputException(
          SourceFiles.named(source)
              + " cannot be resolved: Docker Compose printed what is no JSON, at line "
              + e.getLocation().getLineNr());
    }
  }

  private InvalidInputException endless(RuntimeException cause, String how) {
    return new InvalidInputException(
        SourceFiles.named(source)
            + " cannot be resolved: "
            + how
            + "; do its aliases repeat each other?",
        cause);
  }
}
