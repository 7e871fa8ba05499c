package dev.previews.kube;

import static org.assertj.core.api.Assertions.assertThat;

import dev.previews.kube.cluster.Cluster;
import dev.previews.kube.cluster.KubeObject;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PodReportTest {
  private static PodReport waiting(String reason, String message) {
    return new PodReport(
        Cluster.parse(
            """
            {"metadata":{"name":"p"},"status":{"phase":"Pending","containerStatuses":
            [{"name":"docker","restartCount":0,"state":{"waiting":{"reason":"%s","message":"%s"}}}]}}
            """
                .formatted(reason, message)));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "failed to resolve reference: example.com/a:1: not found",
        "manifest unknown",
        "pull access denied for a, repository does not exist",
        "401 Unauthorized"
      })
  void anImageThatNoAttemptBringsIsHopeless(String message) {
    assertThat(waiting("ErrImagePull", message).hopeless()).isPresent();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "429 Too Many Requests",
        "dial tcp: connection refused",
        "503 Service Unavailable",
        "Back-off pulling image"
      })
  void aRegistryThatIsAwayForAMomentIsNot(String message) {
    assertThat(waiting("ErrImagePull", message).hopeless()).isEmpty();
    assertThat(waiting("ImagePullBackOff", message).hopeless()).isEmpty();
    assertThat(waiting("ImagePullBackOff", message).unpulled().orElseThrow()).contains(message);
  }

  private static final String CREATED = "2026-01-01T00:00:00Z";
  private static final String CHANGED = "2026-01-02T00:00:00Z";

  @Test
  void aPodThatWasReadyIsOutOfUseSinceItIsNot() {
    assertThat(report(List.of(ready("False"))).unusedSince()).contains(Instant.parse(CHANGED));
  }

  @Test
  void aPodThatNeverGotAnywhereIsOutOfUseSinceItsCreation() {
    assertThat(report(List.of()).unusedSince()).contains(Instant.parse(CREATED));
  }

  @Test
  void aReadyPodIsInUse() {
    assertThat(report(List.of(ready("True"))).unusedSince()).isEmpty();
  }

  private static PodReport running(String probe, boolean started, String startedAt) {
    return new PodReport(
        Cluster.parse(
            """
            {"metadata":{"name":"p"},"spec":{"containers":[{"name":"docker","%s":{}}]},
            "status":{"phase":"Running",
            "conditions":[{"type":"Ready","status":"False","lastTransitionTime":"%s"}],
            "containerStatuses":[{"name":"docker","ready":false,"started":%s,
            "state":{"running":{"startedAt":"%s"}}}]}}
            """
                .formatted(probe, CHANGED, started, startedAt)));
  }

  @Test
  void aPodIsUpWhenItsStartupProbesHavePassed() {
    assertThat(running("startupProbe", true, CHANGED).up()).isTrue();
    assertThat(running("startupProbe", true, "2026-01-02T00:00:03Z").up()).isTrue();
    assertThat(running("startupProbe", false, CHANGED).up()).isFalse();
  }

  @Test
  void aPodIsNotUpThatWasFoundUnreadyAfterItsStart() {
    assertThat(running("startupProbe", true, CREATED).up()).isFalse();
  }

  @Test
  void withoutStartupProbesOnlyAReadyPodIsUp() {
    assertThat(running("readinessProbe", true, CHANGED).up()).isFalse();
    assertThat(report(List.of(ready("True"))).up()).isTrue();
    assertThat(report(List.of(ready("False"))).up()).isFalse();
  }

  private static Map<String, Object> ready(String status) {
    return Map.of("type", "Ready", "status", status, "lastTransitionTime", CHANGED);
  }

  private static PodReport report(List<Map<String, Object>> conditions) {
    return new PodReport(
        KubeObject.of(
            Map.of(
                "metadata", Map.of("name", "pod", "creationTimestamp", CREATED),
                "status", Map.of("phase", "Pending", "conditions", conditions))));
  }
}
