package dev.previews.ssh;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.previews.environment.EnvironmentId;
import dev.previews.environment.VolumePolicy;
import dev.previews.error.ConnectionException;
import dev.previews.error.RemoteCommandException;
import dev.previews.exec.Deadline;
import dev.previews.progress.ProgressEvent;
import dev.previews.spi.Context;
import dev.previews.spi.Driver;
import dev.previews.spi.Machine;
import dev.previews.spi.MachineSpec;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** Several machines that share the load. */
@Timeout(300)
class PoolIT {
  @RegisterExtension static final SshMachine FIRST = SshMachine.with();
  @RegisterExtension static final SshMachine SECOND = SshMachine.with();

  @TempDir Path folder;

  @Test
  void environmentsAreSpreadAndFoundAgain() throws Exception {
    List<EnvironmentId> ids = IntStream.range(0, 4).mapToObj(i -> newId()).toList();
    try (Driver driver = open(FIRST.address(), SECOND.address())) {
      List<Machine> machines = new ArrayList<>();
      for (EnvironmentId id : ids) {
        machines.add(driver.ensure(spec(id), Opened.context()));
      }
      assertThat(machines.stream().map(it -> it.properties().get("host")).distinct()).hasSize(2);
      try (Driver other = open(SECOND.address(), FIRST.address())) { // another order
        assertThat(other.list(Opened.context())).extracting(Machine::id).containsAll(ids);
        for (Machine machine : machines) {
          Machine again = other.ensure(spec(machine.id()), Opened.context());
          assertThat(again.properties()).isEqualTo(machine.properties());
          try (var connection = other.connect(again, Opened.context());
              var pwd = connection.exec(dev.previews.exec.Command.of("ls", again.directory()))) {
            assertThat(pwd.await()).isZero();
          }
        }
      }
      ids.forEach(id -> driver.delete(id, VolumePolicy.REMOVE, Opened.context()));
      for (EnvironmentId id : ids) {
        assertThat(FIRST.place().leftovers(id.value())).isEmpty();
        assertThat(SECOND.place().leftovers(id.value())).isEmpty();
      }
    }
  }

  @Test
  void severalAtOnceTakeTheSameMachine() throws Exception {
    EnvironmentId id = newId();
    try (Driver one = open(FIRST.address(), SECOND.address());
        Driver two = open(SECOND.address(), FIRST.address())) { // in another order
      CompletableFuture<Machine> theirs =
          CompletableFuture.supplyAsync(() -> two.ensure(spec(id), Opened.context()));
      Machine ours = one.ensure(spec(id), Opened.context());
      assertThat(theirs.get().properties()).isEqualTo(ours.properties());
      assertThat(one.list(Opened.context())).filteredOn(it -> it.id().equals(id)).hasSize(1);
      one.delete(id, VolumePolicy.REMOVE, Opened.context());
    }
  }

  @Test
  void aMachineThatIsDownIsNamedAndLeftOut() throws Exception {
    String nobody = FIRST.address().replaceFirst("\\d+$", "") + "250"; // nobody has it
    List<String> notices = new CopyOnWriteArrayList<>();
    Context call = noting(notices);
    EnvironmentId id = newId();
    Ssh pool = pool(nobody, FIRST.address()).connectTimeout(Duration.ofSeconds(10));
    try (Driver driver = pool.open(call)) {
      assertThat(notices).anyMatch(text -> text.contains("leaving root@" + nobody + " out"));
      Machine machine = driver.ensure(spec(id), call);
      assertThat(machine.properties().get("host")).contains(FIRST.address());
      assertThat(driver.list(call)).extracting(Machine::id).contains(id);
      driver.delete(id, VolumePolicy.REMOVE, call);
    }
    assertThatThrownBy(
            () -> pool(nobody, nobody + ":2222").connectTimeout(Duration.ofSeconds(2)).open(call))
        .isInstanceOf(ConnectionException.class)
        .hasMessageContaining(nobody);
  }

  @Test
  void whatWasKeptDrawsItsEnvironmentBack() throws Exception {
    try (Driver driver = open(FIRST.address(), SECOND.address())) {
      for (SshMachine machine : List.of(FIRST, SECOND)) {
        EnvironmentId id = newId();
        machine.exec(
            "docker volume create --label dev.previews.owner=test --label"
                + (" dev.previews.environment=" + id + " kept-" + id));
        assertThat(driver.ensure(spec(id), Opened.context()).properties())
            .containsEntry("host", "root@" + machine.address());
        driver.delete(id, VolumePolicy.KEEP, Opened.context());
        assertThat(machine.exec("docker volume ls -q")).contains("kept-" + id);
        driver.delete(id, VolumePolicy.REMOVE, Opened.context());
        assertThat(machine.place().leftovers(id.value())).isEmpty();
      }
    }
  }

  @Test
  void aMachineWhoseDiskIsFullIsPassedOverAndNamed() throws Exception {
    List<String> notices = new CopyOnWriteArrayList<>();
    Context call = noting(notices);
    Ssh pool = pool(FIRST.address(), SECOND.address()).directory("/full/previews");
    List<EnvironmentId> made = new ArrayList<>();
    SECOND.exec("docker volume create " + environment("p-burden") + " preview-p-burden");
    try (Driver driver = pool.open(call)) {
      assertThat(placed(driver, made, call)).as("has fewer").isEqualTo("root@" + FIRST.address());
      driver.delete(made.get(0), VolumePolicy.REMOVE, call);
      fill(FIRST);
      assertThat(placed(driver, made, call)).as("has room").isEqualTo("root@" + SECOND.address());
      assertThat(notices).singleElement().asString().contains(lack(FIRST));
      fill(SECOND);
      assertThatThrownBy(() -> placed(driver, made, call))
          .isInstanceOf(RemoteCommandException.class)
          .hasMessageContaining("no host has room for environment")
          .hasMessageContaining(lack(FIRST).replace("\n", "\n  "))
          .hasMessageContaining(lack(SECOND).replace("\n", "\n  "));
      made.add(EnvironmentId.of("p-burden"));
      made.forEach(id -> driver.delete(id, VolumePolicy.REMOVE, call));
    } finally {
      for (SshMachine machine : List.of(FIRST, SECOND)) {
        machine.exec("umount /full || true");
      }
    }
  }

  /** Who chose it died or failed before anything was there, and would go there for ever. */
  @Test
  void aChoiceThatCameToNothingDoesNotCountWhenItsMachineIsFull() throws Exception {
    EnvironmentId id = newId();
    List<String> notices = new CopyOnWriteArrayList<>();
    Context call = noting(notices);
    for (SshMachine machine : List.of(FIRST, SECOND)) { // whichever is asked for it
      machine.exec(
          "docker volume create --label dev.previews.owner=test --label dev.previews.created=1"
              + (" --label dev.previews.environment=" + id)
              + (" --label dev.previews.ssh.host=root@" + FIRST.address())
              + (" --label dev.previews.ssh.role=claim preview-" + id + ".host"));
    }
    fill(FIRST);
    try (Driver driver =
        pool(FIRST.address(), SECOND.address()).directory("/full/previews").open(call)) {
      assertThat(driver.ensure(spec(id), call).properties())
          .containsEntry("host", "root@" + SECOND.address());
      assertThat(notices)
          .anyMatch(it -> it.contains("was meant for root@" + FIRST.address() + ", which is not"));
      driver.delete(id, VolumePolicy.REMOVE, call);
    } finally {
      FIRST.exec("umount /full");
    }
    assertThat(FIRST.place().leftovers(id.value())).isEmpty();
    assertThat(SECOND.place().leftovers(id.value())).isEmpty();
  }

  @Test
  void aMachineWhoseEngineMayNotBeUsedIsPassedOverAndNamed() throws Exception {
    FIRST.addUser("carol", "");
    List<String> notices = new CopyOnWriteArrayList<>();
    Context call = noting(notices);
    String carol = "carol@" + FIRST.address();
    Ssh pool = pool(SECOND.address()).hosts(carol, "root@" + SECOND.address());
    try (Driver driver = pool.open(call)) {
      assertThat(notices)
          .singleElement()
          .asString()
          .contains("leaving " + carol + " out: " + carol + " cannot hold environments")
          .contains("carol may not use the Docker engine")
          .contains("run `sudo usermod -aG docker carol` there");
      List<EnvironmentId> made = new ArrayList<>();
      assertThat(placed(driver, made, call)).isEqualTo("root@" + SECOND.address());
      made.forEach(id -> driver.delete(id, VolumePolicy.REMOVE, call));
    }
  }

  /** Which is worse than one that was never there: it is worth waiting for, and not for all. */
  @Test
  void aMachineThatGoesDownHoldsUpNoOther() throws Exception {
    List<String> notices = new CopyOnWriteArrayList<>();
    Context call = noting(notices);
    EnvironmentId here = newId();
    EnvironmentId there = newId();
    Ssh pool =
        pool(FIRST.address(), SECOND.address())
            .keepAlive(Duration.ofSeconds(1), Duration.ofSeconds(5))
            .connectTimeout(Duration.ofSeconds(10));
    try (Driver driver = pool.open(call)) {
      Map<String, EnvironmentId> placed = new HashMap<>();
      for (EnvironmentId id : List.of(here, there)) {
        placed.put(driver.ensure(spec(id), call).properties().get("host"), id);
      }
      EnvironmentId onFirst = placed.get("root@" + FIRST.address());
      EnvironmentId onSecond = placed.get("root@" + SECOND.address());
      SECOND.cut();
      try {
        Duration most = Duration.ofMinutes(1);
        assertThat(timed(most, () -> driver.list(call)))
            .extracting(Machine::id)
            .contains(onFirst)
            .doesNotContain(onSecond);
        assertThat(notices).anyMatch(it -> it.contains("leaving root@" + SECOND.address()));
        timed(most, () -> driver.ensure(spec(onFirst), call));
        assertThat(timed(most, () -> driver.find(onFirst, call))).isPresent();
        timed(
            most,
            () -> {
              driver.delete(onFirst, VolumePolicy.REMOVE, call);
              return true;
            });
        assertThat(FIRST.place().leftovers(onFirst.value())).isEmpty();
        assertThat(notices)
            .anyMatch(
                it -> it.contains("if environment " + onFirst + " is on root@" + SECOND.address()));
      } finally {
        SECOND.mend();
      }
      await()
          .atMost(Duration.ofMinutes(1)) // what was down is not asked again at once
          .untilAsserted(
              () -> assertThat(driver.list(call)).extracting(Machine::id).contains(onSecond));
      driver.delete(onSecond, VolumePolicy.REMOVE, call);
      assertThat(SECOND.place().leftovers(onSecond.value())).isEmpty();
    }
  }

  /** The host that all ask first knows where it is; that it was removed must not be said. */
  @Test
  void whatIsOnAMachineThatIsDownIsNotCalledRemoved() throws Exception {
    Ssh pool =
        pool(FIRST.address(), SECOND.address())
            .keepAlive(Duration.ofSeconds(1), Duration.ofSeconds(5))
            .connectTimeout(Duration.ofSeconds(10));
    SshMachine arbiter =
        ("root@" + FIRST.address()).compareTo("root@" + SECOND.address()) < 0 ? FIRST : SECOND;
    SshMachine other = arbiter == FIRST ? SECOND : FIRST;
    List<EnvironmentId> made = new ArrayList<>();
    try (Driver driver = pool.open(Opened.context())) {
      Machine machine;
      do {
        EnvironmentId id = newId();
        made.add(id);
        machine = driver.ensure(spec(id), Opened.context());
      } while (!machine.properties().get("host").contains(other.address()));
      EnvironmentId id = machine.id();
      other.cut();
      try {
        assertThatThrownBy(() -> driver.delete(id, VolumePolicy.REMOVE, Opened.context()))
            .isInstanceOf(ConnectionException.class)
            .hasMessageContaining("is on root@" + other.address())
            .hasMessageContaining("was not removed");
      } finally {
        other.mend();
      }
      for (EnvironmentId each : made) {
        driver.delete(each, VolumePolicy.REMOVE, Opened.context());
        assertThat(FIRST.place().leftovers(each.value())).isEmpty();
        assertThat(SECOND.place().leftovers(each.value())).isEmpty();
      }
    }
  }

  /** Both take the connection and keep silent, so that each costs all of its time. */
  @Test
  void severalThatAreDownAreWaitedForTogether() throws Exception {
    Duration patience = Duration.ofSeconds(10);
    List<String> notices = new CopyOnWriteArrayList<>();
    Context call = noting(notices);
    try (ServerSocket one = new ServerSocket(0, 5, InetAddress.getLoopbackAddress());
        ServerSocket two = new ServerSocket(0, 5, InetAddress.getLoopbackAddress())) {
      List<String> silent =
          Stream.of(one, two).map(it -> "127.0.0.1:" + it.getLocalPort()).toList();
      Ssh pool = pool(silent.get(0), FIRST.address(), silent.get(1)).connectTimeout(patience);
      try (Driver driver = timed(patience.multipliedBy(2), () -> pool.open(call))) {
        Thread.sleep(16_000); // until then they are not asked again
        notices.clear();
        long start = System.nanoTime();
        timed(patience.multipliedBy(2), () -> driver.list(call));
        assertThat(Duration.ofNanos(System.nanoTime() - start))
            .as("they were asked")
            .isGreaterThan(patience.minusSeconds(1));
        assertThat(silent)
            .allSatisfy(
                it -> assertThat(notices).anyMatch(text -> text.contains("leaving root@" + it)));
      }
    }
  }

  private static String placed(Driver driver, List<EnvironmentId> made, Context call) {
    EnvironmentId id = newId();
    made.add(id);
    return driver.ensure(spec(id), call).properties().getOrDefault("host", "");
  }

  private static String environment(String id) {
    return "--label dev.previews.environment="
        + id
        + " --label dev.previews.owner=test --label dev.previews.created=1"
        + " --label dev.previews.ssh.role=machine";
  }

  private static void fill(SshMachine machine) throws Exception {
    machine.exec("mkdir -p /full && mount -t tmpfs -o size=100m tmpfs /full");
  }

  private static String lack(SshMachine machine) {
    return "root@"
        + machine.address()
        + " cannot hold environments\n  - the disk with /full/previews is full: 100 MB are free";
  }

  private static Context noting(List<String> notices) {
    return Context.of(
        Deadline.in(Duration.ofMinutes(5)),
        event -> {
          if (event instanceof ProgressEvent.Notice notice) {
            notices.add(notice.text());
          }
        });
  }

  private static <T> T timed(Duration most, Callable<T> work) throws Exception {
    long start = System.nanoTime();
    T result = work.call();
    assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(most);
    return result;
  }

  private Driver open(String... addresses) throws Exception {
    return pool(addresses).open(Opened.context());
  }

  private Ssh pool(String... addresses) throws Exception {
    Path known = folder.resolve("known_hosts");
    Files.writeString(
        known, Files.readString(FIRST.knownHosts()) + Files.readString(SECOND.knownHosts()));
    String[] hosts =
        java.util.Arrays.stream(addresses).map(it -> "root@" + it).toArray(String[]::new);
    return Ssh.ssh()
        .hosts(hosts)
        .config(Path.of("/dev/null"))
        .identity(Lab.key())
        .knownHosts(known);
  }

  private static MachineSpec spec(EnvironmentId id) {
    return MachineSpec.of(id, "test");
  }

  private static EnvironmentId newId() {
    return EnvironmentId.of("p" + UUID.randomUUID().toString().substring(0, 8));
  }
}
