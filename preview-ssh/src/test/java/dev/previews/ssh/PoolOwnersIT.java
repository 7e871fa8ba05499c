package dev.previews.ssh;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;
import static org.awaitility.Awaitility.await;

import dev.previews.Previews;
import dev.previews.environment.Environment;
import dev.previews.environment.EnvironmentId;
import dev.previews.environment.VolumePolicy;
import dev.previews.error.OwnershipException;
import dev.previews.spi.Driver;
import dev.previews.spi.Machine;
import dev.previews.spi.MachineSpec;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** Several machines that several owners share: what goes by itself, and what stays whose it is. */
@Timeout(300)
class PoolOwnersIT {
  @RegisterExtension static final SshMachine FIRST = SshMachine.with();
  @RegisterExtension static final SshMachine SECOND = SshMachine.with();

  @TempDir Path folder;

  private Ssh pool = Ssh.ssh();

  @BeforeEach
  void name() throws Exception {
    Path known = folder.resolve("known_hosts");
    Files.writeString(
        known, Files.readString(FIRST.knownHosts()) + Files.readString(SECOND.knownHosts()));
    pool = FIRST.driver().knownHosts(known).hosts(host(FIRST), host(SECOND));
  }

  @AfterEach
  void remove() {
    for (Environment left : previews("anybody").list()) {
      previews(left.owner()).down(left.id().value());
    }
  }

  @Test
  void aSweepRemovesWhatHasExpiredFromAllMachines() throws Exception {
    List<String> shortLived = List.of("short-1", "short-2");
    List<String> hosts = new ArrayList<>();
    try (Driver driver = pool.open(Opened.context())) {
      for (String id : shortLived) {
        MachineSpec spec = MachineSpec.of(EnvironmentId.of(id), "alice");
        Machine machine = driver.ensure(spec.ttl(Duration.ofSeconds(1)), Opened.context());
        hosts.add(machine.properties().get("host"));
      }
      assertThat(hosts).containsExactlyInAnyOrder(host(FIRST), host(SECOND));
      for (String id : List.of("long-1", "long-2")) {
        MachineSpec spec = MachineSpec.of(EnvironmentId.of(id), "alice");
        driver.ensure(spec.ttl(Duration.ofHours(1)), Opened.context());
      }
    }
    Previews bob = previews("bob");
    TreeSet<String> swept = new TreeSet<>();
    await() // the first who asks starts the time of what was made and never used
        .atMost(Duration.ofMinutes(1))
        .until(
            () -> {
              swept.addAll(ids(bob.sweep()));
              return swept.size() == shortLived.size();
            });
    assertThat(swept).containsExactlyElementsOf(shortLived);
    assertThat(ids(bob.list())).containsExactly("long-1", "long-2");
    for (String id : shortLived) {
      assertThat(FIRST.place().leftovers(id)).isEmpty();
      assertThat(SECOND.place().leftovers(id)).isEmpty();
    }
  }

  @Test
  void keptVolumesOfAnotherOwnerAreNeitherTakenNorRemoved() throws Exception {
    EnvironmentId id = EnvironmentId.of("kept");
    try (Driver driver = pool.open(Opened.context())) {
      for (SshMachine machine : List.of(FIRST, SECOND)) {
        machine.exec(
            "docker volume create --label dev.previews.owner=alice --label"
                + " dev.previews.environment=kept kept-data");
        Previews bob = previews("bob");
        assertThatThrownBy(() -> driver.ensure(MachineSpec.of(id, "bob"), Opened.context()))
            .isInstanceOf(OwnershipException.class)
            .hasMessageContaining("alice");
        assertThatThrownBy(() -> bob.down("kept"))
            .isInstanceOf(OwnershipException.class)
            .hasMessageContaining("alice");
        assertThatThrownBy(() -> bob.find("kept")).hasMessageContaining("only its data is left");
        assertThat(bob.sweep()).isEmpty();
        assertThat(bob.list())
            .extracting(Environment::owner, Environment::state)
            .containsExactly(tuple("alice", Environment.State.STOPPED));
        assertThat(machine.exec("docker volume ls -q")).isEqualTo("kept-data");

        previews("alice").down("kept", VolumePolicy.KEEP);
        assertThat(machine.exec("docker volume ls -q")).isEqualTo("kept-data");
        previews("alice").down("kept");
        assertThat(FIRST.place().leftovers("kept")).isEmpty();
        assertThat(SECOND.place().leftovers("kept")).isEmpty();
      }
    }
  }

  private static List<String> ids(List<Environment> environments) {
    return environments.stream().map(it -> it.id().value()).toList();
  }

  private static String host(SshMachine machine) {
    return "root@" + machine.address();
  }

  private Previews previews(String owner) {
    return Previews.builder().driver(pool).owner(owner).deadline(Duration.ofMinutes(2)).build();
  }
}
