package dev.previews;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import org.junit.jupiter.api.Test;

class SurroundingsTest {
  @Test
  void gitHubSaysThePullRequestsBranchElseTheRef() {
    Map<String, String> push =
        Map.of("GITHUB_ACTIONS", "true", "GITHUB_HEAD_REF", "", "GITHUB_REF_NAME", "main");
    Map<String, String> pullRequest =
        Map.of("GITHUB_ACTIONS", "true", "GITHUB_HEAD_REF", "fix/1", "GITHUB_REF_NAME", "7/merge");
    assertThat(Surroundings.branch(push)).contains("main");
    assertThat(Surroundings.branch(pullRequest)).contains("fix/1");
  }

  @Test
  void gitLab() {
    assertThat(
            Surroundings.branch(
                Map.of(
                    "GITLAB_CI", "true",
                    "CI_MERGE_REQUEST_SOURCE_BRANCH_NAME", "fix",
                    "CI_COMMIT_REF_NAME", "refs/merge-requests/1/head")))
        .contains("fix");
    assertThat(Surroundings.branch(Map.of("GITLAB_CI", "true", "CI_COMMIT_REF_NAME", "main")))
        .contains("main");
  }

  @Test
  void circleAndTravis() {
    assertThat(Surroundings.branch(Map.of("CIRCLECI", "true", "CIRCLE_BRANCH", "b"))).contains("b");
    assertThat(
            Surroundings.branch(
                Map.of(
                    "TRAVIS", "true",
                    "TRAVIS_PULL_REQUEST_BRANCH", "theirs",
                    "TRAVIS_BRANCH", "main")))
        .contains("theirs");
  }

  @Test
  void azureNamesWholeRefs() {
    assertThat(
            Surroundings.branch(
                Map.of("TF_BUILD", "True", "BUILD_SOURCEBRANCH", "refs/heads/feature/x")))
        .contains("feature/x");
  }

  @Test
  void jenkins() {
    String url = "http://localhost/";
    assertThat(Surroundings.branch(Map.of("JENKINS_URL", url, "GIT_BRANCH", "origin/x")))
        .contains("x");
    assertThat(
            Surroundings.branch(
                Map.of("JENKINS_URL", url, "CHANGE_BRANCH", "pr", "BRANCH_NAME", "PR-1")))
        .contains("pr");
  }

  @Test
  void elsewhereThereIsNone() {
    assertThat(Surroundings.branch(Map.of("GITHUB_HEAD_REF", "x"))).isEmpty();
  }

  @Test
  void theOwnerIsTheRepositoryInCiElseTheUser() {
    assertThat(
            Surroundings.owner(Map.of("GITHUB_ACTIONS", "true", "GITHUB_REPOSITORY", "acme/shop")))
        .isEqualTo("acme/shop");
    assertThat(Surroundings.owner(Map.of())).isEqualTo(System.getProperty("user.name"));
  }
}
