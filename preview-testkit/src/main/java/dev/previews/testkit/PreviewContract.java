package dev.previews.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;

import dev.previews.Preview;
import dev.previews.Previews;
import dev.previews.environment.Environment;
import dev.previews.environment.Service;
import dev.previews.environment.VolumePolicy;
import dev.previews.error.OwnershipException;
import dev.previews.error.ServiceFailedException;
import dev.previews.progress.Step;
import java.io.IOException;
import java.net.Socket;
import java.net.URI;
import java.nio.file.Files;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.ResourceLock;

/**
 * What {@code up}, {@code find}, {@code list} and {@code down} promise, whatever the driver: the
 * way of {@link UpContract}, and how long environments live, whose they are and what fails. Extend
 * it once for each driver; the class path needs a deployer (dev.previews:preview-compose), also in
 * the second JVM that some tests start.
 */
public abstract class PreviewContract extends UpContract {
  /** A sweep removes what has expired whoever it is of, that of a test beside it among it. */
  private static final String SWEEP = "dev.previews.testkit.sweep";

  /** Makes the contract's tests. */
  protected PreviewContract() {}

  @Test
  @ResourceLock(SWEEP)
  void anEnvironmentExpiresAfterItsLastUse() throws Exception {
    project(ECHO);
    Duration ttl = Duration.ofSeconds(12);
    Previews previews = previews(id).owner(id).ttl(ttl).build();
    try (Preview preview = previews.up(compose)) {
      isKeptBy(() -> get(preview.url("web")), ttl, previews);
      URI echo = preview.url("echo");
      try (Socket connection = new Socket(echo.getHost(), echo.getPort())) {
        isKeptBy(() -> exchangeOneByte(connection), ttl, previews);
      }
    }
    isKeptBy(
        () -> {
          try (Preview found = previews.find(id).orElseThrow()) {
            found.exec("web", "true");
          }
        },
        ttl,
        previews);
    try (Preview idle = previews.find(id).orElseThrow()) {
      awaitExpiry(previews);
      assertThat(idle.services()).allMatch(Service::ready);
    }
    Previews another = previews(id).owner("another").build();
    assertThat(another.sweep()).extracting(it -> it.id().value()).contains(id);
    assertThat(place().leftovers(id)).isEmpty();
  }

  /** The use goes on while it is asked what has expired: a busy machine takes its time for that. */
  private void isKeptBy(Runnable use, Duration ttl, Previews previews) throws Exception {
    Instant longer = Instant.now().plus(ttl).plusSeconds(1);
    AtomicBoolean asked = new AtomicBoolean();
    CompletableFuture<Void> using =
        CompletableFuture.runAsync(
            () -> {
              while (!asked.get()) {
                use.run();
                LockSupport.parkNanos(Duration.ofMillis(300).toNanos());
              }
            });
    try {
      Thread.sleep(Duration.between(Instant.now(), longer).toMillis());
      assertThat(expired(previews)).doesNotContain(id);
    } finally {
      asked.set(true);
      using.get(1, TimeUnit.MINUTES);
    }
  }

  private static void exchangeOneByte(Socket echo) {
    try {
      echo.getOutputStream().write('x');
      assertThat(echo.getInputStream().read()).isEqualTo('x');
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }

  @Test
  @ResourceLock(SWEEP)
  void theTimeOfTheLastUpCounts() throws Exception {
    project();
    Previews.Builder previews = previews(id).owner(id);
    previews.ttl(Duration.ofSeconds(1)).up(compose).close();
    previews(id).owner(id).up(compose).close();
    Thread.sleep(2500);
    assertThat(expired(previews.build())).doesNotContain(id);

    previews.ttl(Duration.ofHours(1)).up(compose).close();
    previews.ttl(Duration.ofSeconds(1)).up(compose).close();
    awaitExpiry(previews.build());
    previews.build().sweep();
    assertThat(place().leftovers(id)).isEmpty();
  }

  @Test
  @ResourceLock(SWEEP)
  void anUpRemovesWhatHasExpiredOfTheSameOwner() throws Exception {
    project();
    Previews previews = previews(id).owner(id).ttl(Duration.ofSeconds(1)).build();
    previews.up(compose).close();
    awaitExpiry(previews);

    String other = newId();
    try (Preview open = previews(other).owner(id).up(compose)) {
      // close() would wait a quarter of a minute for a removal, and a machine may take longer
      awaitRemoval();
      assertThat(open.services()).allMatch(Service::ready);
    }
    assertThat(place().leftovers(other)).isNotEmpty();
    previews(other).owner(id).down(other);
  }

  private void awaitRemoval() throws Exception {
    Instant latest = Instant.now().plusSeconds(120);
    while (!place().leftovers(id).isEmpty() && Instant.now().isBefore(latest)) {
      Thread.sleep(250);
    }
    assertThat(place().leftovers(id)).isEmpty();
  }

  private void awaitExpiry(Previews previews) throws InterruptedException {
    Instant latest = Instant.now().plusSeconds(180);
    while (!expired(previews).contains(id)) {
      assertThat(Instant.now()).isBefore(latest);
      Thread.sleep(250);
    }
  }

  private static List<String> expired(Previews previews) {
    return previews.expired().stream().map(it -> it.id().value()).toList();
  }

  @Test
  void twoAtOnceBringUpTheSameEnvironmentOnce() throws Exception {
    CompletableFuture<Preview> first =
        CompletableFuture.supplyAsync(() -> previews(id).up(compose));
    try (Preview one = previews(id).up(compose);
        Preview two = first.get(5, TimeUnit.MINUTES)) {
      assertThat(container(one, "web")).isEqualTo(container(two, "web"));
      assertThat(get(one.url("web"))).isEqualTo("first page");
      assertThat(get(two.url("web"))).isEqualTo("first page");
    }
  }

  @Test
  void aServiceThatFailsIsNamedWithItsExitCodeAndLogAndTheNextUpConverges() throws Exception {
    project(ONCE.replace("echo migrated", "echo no database; exit 3"));
    assertThatThrownBy(() -> previews(id).up(compose))
        .isInstanceOfSatisfying(
            ServiceFailedException.class,
            failure -> {
              assertThat(failure.service()).isEqualTo("once");
              assertThat(failure.exitCode()).hasValue(3);
              assertThat(failure.evidence()).contains("no database");
              assertThat(failure.step()).contains(Step.DEPLOY);
            });
    project(ONCE);
    try (Preview preview = previews(id).up(compose)) {
      assertThat(get(preview.url("web"))).isEqualTo("first page");
    }
  }

  @Test
  void aServiceThatNeverGetsHealthyIsNamed() throws Exception {
    String text = Files.readString(project(ECHO));
    write(
        "compose.yaml",
        text.replaceFirst(
            "(?s)healthcheck:.*?interval: 1m",
            "healthcheck: {test: [CMD, 'false'], interval: 1s, retries: 2}"));
    assertThatThrownBy(() -> previews(id).up(compose))
        .isInstanceOf(ServiceFailedException.class)
        .hasMessageContaining("service 'web'")
        .hasMessageContaining("unhealthy");
  }

  @Test
  void anEphemeralEnvironmentGoesWhenItIsClosedAndWhenItFails() throws Exception {
    project();
    try (Preview preview = previews(id).ephemeral().up(compose)) {
      assertThat(get(preview.url("web"))).isEqualTo("first page");
    }
    assertThat(place().leftovers(id)).isEmpty();

    project(ONCE.replace("echo migrated", "exit 3"));
    assertThatThrownBy(() -> previews(id).ephemeral().up(compose))
        .isInstanceOf(ServiceFailedException.class);
    assertThat(place().leftovers(id)).isEmpty();
  }

  @Test
  void volumesAreKeptWhenAsked() throws Exception {
    project();
    try (Preview preview = previews(id).up(compose)) {
      preview.exec("web", "sh", "-c", "echo kept > /data/kept");
      preview.down(VolumePolicy.KEEP);
    }
    try (Preview preview = previews(id).up(compose)) {
      assertThat(preview.exec("web", "cat", "/data/kept").stdout()).isEqualTo("kept\n");
      preview.down(VolumePolicy.REMOVE);
    }
    assertThat(place().leftovers(id)).isEmpty();
  }

  @Test
  void keptVolumesAreTheirOwners() throws Exception {
    project();
    try {
      try (Preview preview = previews(id).owner("alice").up(compose)) {
        preview.exec("web", "sh", "-c", "echo hers > /data/kept");
        preview.down(VolumePolicy.KEEP);
      }
      assertThat(previews(id).list())
          .filteredOn(it -> it.id().value().equals(id))
          .extracting(Environment::owner, Environment::state)
          .containsExactly(tuple("alice", Environment.State.STOPPED));
      assertThatThrownBy(() -> previews(id).owner("bob").down(id))
          .isInstanceOf(OwnershipException.class);
      assertThatThrownBy(() -> previews(id).owner("bob").up(compose))
          .isInstanceOf(OwnershipException.class)
          .hasMessageContaining("alice")
          .hasMessageContaining("bob");
      try (Preview preview = previews(id).owner("alice").up(compose)) {
        assertThat(preview.exec("web", "cat", "/data/kept").stdout()).isEqualTo("hers\n");
      }
    } finally {
      previews(id).owner("alice").down(id);
    }
    assertThat(place().leftovers(id)).isEmpty();
  }

  @Test
  void anotherOwnersEnvironmentIsNeitherChangedNorRemoved(CommonEnvironment common)
      throws Exception {
    String theirs = common.id();
    String before;
    try (Preview preview = common.up(this)) {
      before = container(preview, "web");
    }
    assertThatThrownBy(() -> previews(theirs).owner("bob").up(compose))
        .isInstanceOf(OwnershipException.class)
        .hasMessageContaining(CommonEnvironment.OWNER)
        .hasMessageContaining("bob");
    assertThatThrownBy(() -> previews(theirs).owner("bob").ephemeral().up(compose))
        .isInstanceOf(OwnershipException.class);
    assertThatThrownBy(() -> previews(theirs).owner("bob").down(theirs))
        .isInstanceOf(OwnershipException.class);
    assertThat(previews(theirs).list())
        .filteredOn(it -> it.id().value().equals(theirs))
        .extracting(Environment::owner)
        .containsExactly(CommonEnvironment.OWNER);
    try (Preview preview = previews(theirs).find(theirs).orElseThrow()) {
      assertThat(container(preview, "web")).isEqualTo(before);
    }
  }

  @Test
  void useAfterCloseSaysSoAndCloseTwiceIsHarmless(CommonEnvironment common) throws Exception {
    Preview preview = common.up(this);
    preview.close();
    preview.close();
    assertThat(preview.id()).hasToString(common.id());
    assertThatThrownBy(preview::services)
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("closed");
    assertThatThrownBy(() -> preview.exec("web", "true")).isInstanceOf(IllegalStateException.class);
  }
}
