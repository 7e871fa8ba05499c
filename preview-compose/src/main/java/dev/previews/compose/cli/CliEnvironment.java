package dev.previews.compose.cli;

import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * The environment of a child process: the user's own, for interpolation and credentials, without
 * what would make the tools talk to another engine, read other files or do something else than they
 * are told. The user's profiles count where a model is resolved; a resolved one has none.
 */
final class CliEnvironment {
  private static final Set<String> CLEARED =
      Set.of(
          "DOCKER_HOST",
          "DOCKER_CONTEXT",
          "DOCKER_TLS",
          "DOCKER_TLS_VERIFY",
          "DOCKER_CERT_PATH",
          "DOCKER_API_VERSION",
          "DOCKER_BUILDKIT",
          "DOCKER_STACK_ORCHESTRATOR",
          "BUILDX_BUILDER",
          "BUILDKIT_HOST",
          "BUILDKIT_PROGRESS",
          "COMPOSE_FILE",
          "COMPOSE_PATH_SEPARATOR",
          "COMPOSE_ANSI",
          "COMPOSE_BAKE",
          "COMPOSE_DRY_RUN",
          "COMPOSE_IGNORE_ORPHANS",
          "COMPOSE_MENU",
          "COMPOSE_PROGRESS",
          "COMPOSE_REMOVE_ORPHANS",
          "COMPOSE_STATUS_STDOUT");

  /** An engine that is nobody's: for calls that must not reach any. */
  private static final String NO_ENGINE = "unix:///dev/null/no-engine.sock";

  private CliEnvironment() {}

  /** The environment for calls that resolve a model. */
  static Map<String, String> resolving(Map<String, String> own, Map<String, String> variables) {
    return of(own, NO_ENGINE, variables);
  }

  /** The environment for calls that work on this engine. */
  static Map<String, String> working(
      Map<String, String> own, String engine, Map<String, String> variables) {
    Map<String, String> environment = of(own, engine, variables);
    environment.remove("COMPOSE_PROFILES");
    return environment;
  }

  private static Map<String, String> of(
      Map<String, String> own, String engine, Map<String, String> variables) {
    Map<String, String> environment = new TreeMap<>(own);
    environment.putAll(variables);
    environment.keySet().removeAll(CLEARED);
    environment.put("DOCKER_HOST", engine);
    environment.put("DOCKER_CLI_HINTS", "false");
    return environment;
  }
}
