package dev.previews;

import static org.assertj.core.api.Assertions.assertThat;

import dev.previews.environment.EnvironmentId;
import dev.previews.environment.ServicePort;
import dev.previews.exec.Deadline;
import dev.previews.progress.ProgressEvent;
import dev.previews.spi.Context;
import dev.previews.spi.TunnelPlan;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class UrlVariablesTest {
  private final List<ProgressEvent> events = new ArrayList<>();

  @Test
  void eachPortHasItsOwn() {
    assertThat(variables(Map.of(ServicePort.of("my-app", 8080), "https://my-app.example:444")))
        .containsOnly(
            Map.entry("PREVIEW_ID", "x"),
            Map.entry("PREVIEW_URL_MY_APP_8080", "https://my-app.example:444"),
            Map.entry("PREVIEW_HOST_MY_APP_8080", "my-app.example"),
            Map.entry("PREVIEW_PORT_MY_APP_8080", "444"),
            Map.entry("PREEVY_BASE_URI_MY_APP_8080", "https://my-app.example:444"));
    assertThat(events).isEmpty();
  }

  @Test
  void aUrlWithoutPortHasThatOfItsScheme() {
    assertThat(variables(Map.of(ServicePort.of("web", 80), "https://web.example")))
        .containsEntry("PREVIEW_PORT_WEB_80", "443");
    assertThat(variables(Map.of(ServicePort.of("web", 80), "http://web.example")))
        .containsEntry("PREVIEW_PORT_WEB_80", "80");
  }

  @Test
  void aNameThatWouldMeanTwoServicesIsLeftOutAndSaid() {
    Map<String, String> variables =
        variables(
            Map.of(
                ServicePort.of("a-b", 80), "http://one",
                ServicePort.of("a.b", 80), "http://two",
                ServicePort.of("a_b", 81), "http://three"));
    assertThat(variables).containsEntry("PREVIEW_URL_A_B_81", "http://three");
    assertThat(variables.keySet()).noneMatch(name -> name.endsWith("_A_B_80"));
    assertThat(events)
        .singleElement()
        .isInstanceOfSatisfying(
            ProgressEvent.Notice.class,
            notice ->
                assertThat(notice.text())
                    .contains("PREVIEW_URL_A_B_80", "a-b:80", "a.b:80")
                    .doesNotContain("81"));
  }

  private Map<String, String> variables(Map<ServicePort, String> urls) {
    Map<ServicePort, URI> plan =
        urls.entrySet().stream()
            .collect(
                java.util.stream.Collectors.toMap(
                    Map.Entry::getKey, entry -> URI.create(entry.getValue())));
    return UrlVariables.of(
        EnvironmentId.of("x"),
        TunnelPlan.of(plan),
        Context.of(Deadline.in(Duration.ofMinutes(1)), events::add));
  }
}
