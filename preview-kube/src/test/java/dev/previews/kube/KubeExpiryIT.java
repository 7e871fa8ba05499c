package dev.previews.kube;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.previews.environment.EnvironmentId;
import dev.previews.environment.VolumePolicy;
import dev.previews.spi.Connection;
import dev.previews.spi.Context;
import dev.previews.spi.Driver;
import dev.previews.spi.Machine;
import dev.previews.spi.MachineSpec;
import java.time.Duration;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/** What a real cluster does with an environment that nobody looks after any more. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@Execution(ExecutionMode.CONCURRENT)
class KubeExpiryIT {
  private static final Duration TTL = Duration.ofSeconds(10);
  private static final Duration GRACE = Duration.ofSeconds(60); // for the Pod to start
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

  private static Context context() {
    return Context.within(Duration.ofMinutes(3));
  }

  private static MachineSpec spec(String id) {
    return MachineSpec.of(EnvironmentId.of(id), "dave");
  }

  private void awaitEnd(String id) {
    await()
        .atMost(TTL.plus(GRACE).plusSeconds(90))
        .pollInterval(Duration.ofSeconds(1))
        .untilAsserted(() -> assertThat(environments.leftovers(id)).isEmpty());
  }

  @Test
  void itGoesWithoutAnybody() {
    try (Driver driver = environments.kube().grace(GRACE).open(context())) {
      driver.ensure(spec("left").ttl(TTL), context());
    }
    assertThat(environments.leftovers("left"))
        .contains(
            "apps/v1/statefulsets/preview-left",
            "v1/persistentvolumeclaims/data-preview-left-0",
            "v1/configmaps/preview-left-lifetime")
        .anyMatch(it -> it.startsWith("batch/v1/jobs/preview-left-lifetime-"));
    awaitEnd("left");
  }

  @Test
  void itStaysWhileItIsUsed() throws Exception {
    try (Driver driver = environments.kube().grace(GRACE).open(context())) {
      Machine machine = driver.ensure(spec("used").ttl(TTL), context());
      long start = System.nanoTime();
      try (Connection connection = driver.connect(machine, context())) {
        while (System.nanoTime() - start < TTL.plus(GRACE).plusSeconds(10).toNanos()) {
          connection.renew();
          Thread.sleep(2000);
        }
      }
      assertThat(environments.objects(Lifetime.LEASES, "used")).hasSize(1);
      assertThat(driver.find(machine.id(), context())).isPresent();
    }
    awaitEnd("used");
  }

  @Test
  void oneThatWasMadeToStayGetsATimeLaterAndAKeptVolumeHasNone() {
    try (Driver driver = environments.kube().grace(GRACE).open(context())) {
      driver.ensure(spec("later"), context());
      driver.ensure(spec("later").ttl(TTL), context());
      assertThat(
              environments
                  .objects(Deletion.CLAIMS, "later")
                  .get(0)
                  .objects("metadata", "ownerReferences"))
          .extracting(it -> it.text("kind"))
          .contains("ConfigMap");
      driver.delete(EnvironmentId.of("later"), VolumePolicy.KEEP, context());
      assertThat(environments.leftovers("later"))
          .hasSize(3)
          .contains(
              "v1/persistentvolumeclaims/data-preview-later-0",
              "v1/configmaps/preview-later-lifetime")
          .anyMatch(it -> it.startsWith("batch/v1/jobs/"));
      driver.ensure(spec("later").ttl(TTL), context());
    }
    awaitEnd("later");
  }
}
