package dev.previews.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import dev.previews.Preview;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * What holds of a guarded environment and of the process that guards it. Extend it once for each
 * driver, as {@link PreviewContract}. It sends signals with a POSIX {@code kill}.
 */
@Timeout(value = 6, unit = TimeUnit.MINUTES)
public abstract class GuardContract extends SingleEnvironment {
  private static final String COMPOSE =
      """
      name: guarded
      services:
        web:
          image: ${IMAGE}
          init: true
          command: [sleep, "100000"]
          volumes: ["data:/data"]
      volumes: {data: {}}
      """;

  /** What a terminal or a CI service sends to all processes of a job. */
  private static final List<String> SENT_TO_ALL = List.of("HUP", "INT", "TERM");

  /** Makes the contract's tests. */
  protected GuardContract() {
    super(COMPOSE);
  }

  @Test
  void aKilledJvmLeavesNothing() throws Exception {
    killWhenIt(GuardedUp.UP);
  }

  @Test
  void aJvmThatIsKilledWhileItDeploysLeavesNothing() throws Exception {
    killWhenIt(GuardedUp.DEPLOYING);
  }

  private void killWhenIt(String moment) throws Exception {
    Process process = GuardedUp.start(place(), id(), compose, moment);
    try {
      List<ProcessHandle> guards = guards(process.toHandle());
      assertThat(guards).isNotEmpty();
      assertThat(guards).noneMatch(it -> arguments(it).contains(id()));
      assertThat(place().leftovers(id())).isNotEmpty();

      for (String signal : SENT_TO_ALL) {
        send(signal, guards);
      }
      process.destroyForcibly().waitFor();

      await(() -> place().leftovers(id()).isEmpty());
      await(() -> guards.stream().noneMatch(ProcessHandle::isAlive));
    } finally {
      process.destroyForcibly();
    }
  }

  @Test
  void aGuardEndsWithWhatItGuards() throws Exception {
    List<ProcessHandle> guards;
    try (Preview preview = previews().guarded().up(compose)) {
      assertThat(preview.services()).hasSize(1);
      guards = guards(ProcessHandle.current());
      assertThat(guards).isNotEmpty();
    }
    assertThat(guards).noneMatch(ProcessHandle::isAlive);
    assertThat(place().leftovers(id())).isEmpty();
  }

  private static List<ProcessHandle> guards(ProcessHandle of) {
    return of.children().filter(it -> arguments(it).contains("dev.previews.Guard")).toList();
  }

  private static String arguments(ProcessHandle process) {
    return String.join(" ", process.info().arguments().orElse(new String[0]));
  }

  private static void send(String signal, List<ProcessHandle> to) throws Exception {
    for (ProcessHandle each : to) {
      String pid = Long.toString(each.pid());
      assertThat(new ProcessBuilder("kill", "-" + signal, pid).start().waitFor())
          .as("sending %s to %s", signal, pid)
          .isZero();
    }
  }

  private static void await(Callable<Boolean> done) throws Exception {
    Instant latest = Instant.now().plusSeconds(120);
    while (!done.call()) {
      assertThat(Instant.now()).isBefore(latest);
      Thread.sleep(250);
    }
  }
}
