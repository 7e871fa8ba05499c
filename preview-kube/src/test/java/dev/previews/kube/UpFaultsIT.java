package dev.previews.kube;

import static org.assertj.core.api.Assertions.assertThat;

import dev.previews.Preview;
import dev.previews.Previews;
import dev.previews.environment.EnvironmentId;
import dev.previews.error.PreviewException;
import dev.previews.exec.Command;
import dev.previews.exec.Execution;
import dev.previews.progress.ProgressEvent;
import dev.previews.progress.Step;
import dev.previews.spi.Connection;
import dev.previews.spi.Context;
import dev.previews.spi.Driver;
import dev.previews.spi.Machine;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Locale;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What is killed in the middle of an up: it may fail, and the next one converges. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@org.junit.jupiter.api.parallel.Execution(ExecutionMode.CONCURRENT)
class UpFaultsIT {
  private static final Duration TIME = Duration.ofMinutes(3);
  private KubeEnvironments environments;

  @BeforeAll
  void open() {
    environments = new KubeEnvironments();
  }

  @AfterAll
  void close() {
    if (environments != null) {
      environments.close();
    }
  }

  @ParameterizedTest
  @EnumSource(
      value = Step.class,
      names = {"FILES", "DEPLOY"})
  void thePodIsKilled(Step step, @TempDir Path directory) throws Exception {
    String id = "pod-" + step.name().toLowerCase(Locale.ROOT);
    converges(directory, id, step, () -> environments.killPods(id));
  }

  @ParameterizedTest
  @EnumSource(
      value = Step.class,
      names = {"FILES", "DEPLOY"})
  void theEngineIsKilled(Step step, @TempDir Path directory) throws Exception {
    String id = "engine-" + step.name().toLowerCase(Locale.ROOT);
    converges(directory, id, step, () -> killEngine(id));
  }

  private void converges(Path directory, String id, Step step, Runnable kill) throws Exception {
    LargeSite site = LargeSite.in(directory);
    FutureTask<Boolean> killed = new FutureTask<>(kill, true);
    Previews disturbed =
        builder(id)
            .progress(
                event -> {
                  if (event instanceof ProgressEvent.StepStarted started
                      && started.step() == step) {
                    new Thread(killed, "kill").start(); // which it does once
                  }
                })
            .build();
    try {
      disturbed.up(site.compose()).close();
    } catch (PreviewException e) {
      assertThat(e).as("it says what happened").hasMessageNotContaining("null");
    }
    killed.get(1, TimeUnit.MINUTES);
    try (Preview preview = builder(id).build().up(site.compose())) {
      assertThat(LargeSite.page(preview.url("web"))).isEqualTo("page");
      assertThat(preview.exec("web", "sha256sum", "/pages/large").stdout())
          .as("copied whole")
          .startsWith(site.digest());
      preview.down();
    }
    assertThat(environments.leftovers(id)).isEmpty();
  }

  private Previews.Builder builder(String id) {
    return Previews.builder().driver(environments.kube()).id(id).owner("bob").deadline(TIME);
  }

  /** The engine is the container's first process. */
  private void killEngine(String id) {
    Context context = Context.within(TIME);
    try (Driver driver = environments.kube().open(context)) {
      Machine machine = driver.find(EnvironmentId.of(id), context).orElseThrow();
      try (Connection connection = driver.connect(machine, context);
          Execution execution = connection.exec(Command.of("sh", "-c", "kill -ABRT 1"))) {
        execution.await();
      } catch (PreviewException e) {
        // The command may end with the engine.
      }
    }
  }
}
