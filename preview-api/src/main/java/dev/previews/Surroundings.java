package dev.previews;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/** What the variables of a CI service tell: the branch, and who owns what is made. */
final class Surroundings {
  private Surroundings() {}

  /**
   * The branch that a CI job is about: the source branch of a pull request, else the branch or tag
   * that is built.
   *
   * <p>The names are those of each service's documentation of its predefined variables.
   */
  static Optional<String> branch(Map<String, String> env) {
    if (env.containsKey("GITHUB_ACTIONS")) {
      return first(env, "GITHUB_HEAD_REF", "GITHUB_REF_NAME");
    }
    if (env.containsKey("GITLAB_CI")) {
      return first(env, "CI_MERGE_REQUEST_SOURCE_BRANCH_NAME", "CI_COMMIT_REF_NAME");
    }
    if (env.containsKey("CIRCLECI")) {
      return first(env, "CIRCLE_BRANCH", "CIRCLE_TAG");
    }
    if (env.containsKey("TRAVIS")) {
      return first(env, "TRAVIS_PULL_REQUEST_BRANCH", "TRAVIS_BRANCH");
    }
    if (env.containsKey("TF_BUILD")) {
      return first(env, "SYSTEM_PULLREQUEST_SOURCEBRANCH", "BUILD_SOURCEBRANCH")
          .map(ref -> ref.replaceFirst("^refs/(heads|tags)/", ""));
    }
    if (env.containsKey("JENKINS_URL")) {
      return first(env, "CHANGE_BRANCH", "BRANCH_NAME")
          .or(() -> first(env, "GIT_BRANCH").map(name -> name.replaceFirst("^origin/", "")));
    }
    return Optional.empty();
  }

  /** The repository in CI, else the user's name. */
  static String owner(Map<String, String> env) {
    Map<String, String> repository = new LinkedHashMap<>();
    repository.put("GITHUB_ACTIONS", "GITHUB_REPOSITORY");
    repository.put("GITLAB_CI", "CI_PROJECT_PATH");
    repository.put("TRAVIS", "TRAVIS_REPO_SLUG");
    repository.put("TF_BUILD", "BUILD_REPOSITORY_NAME");
    for (Map.Entry<String, String> ci : repository.entrySet()) {
      if (env.containsKey(ci.getKey())) {
        Optional<String> name = first(env, ci.getValue());
        if (name.isPresent()) {
          return name.get();
        }
      }
    }
    if (env.containsKey("CIRCLECI") && env.containsKey("CIRCLE_PROJECT_REPONAME")) {
      return env.getOrDefault("CIRCLE_PROJECT_USERNAME", "")
          + "/"
          + env.get("CIRCLE_PROJECT_REPONAME");
    }
    return System.getProperty("user.name", "unknown");
  }

  private static Optional<String> first(Map<String, String> env, String... names) {
    for (String name : names) {
      String value = env.getOrDefault(name, "");
      if (!value.isBlank()) {
        return Optional.of(value);
      }
    }
    return Optional.empty();
  }
}
