package dev.previews.ssh.vm;

import static org.assertj.core.api.Assertions.assertThat;

import dev.previews.environment.EnvironmentId;
import dev.previews.environment.VolumePolicy;
import dev.previews.machines.TestImages;
import dev.previews.spi.Context;
import dev.previews.spi.Driver;
import dev.previews.spi.Machine;
import dev.previews.spi.MachineSpec;
import dev.previews.ssh.vm.docker.DockerVm;
import java.time.Duration;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/** A machine that nobody uses any more costs most of all: that it is to go is known of it. */
class VmExpiryIT {
  private final Context call = Context.within(Duration.ofMinutes(3));

  @Test
  void aMachineKnowsHowLongItIsKept() throws Exception {
    VmPlace place = new VmPlace();
    place.require();
    EnvironmentId id = EnvironmentId.of("ve" + UUID.randomUUID().toString().substring(0, 8));
    Duration hour = Duration.ofHours(1);
    try (Driver driver = DockerVm.dockerVm(TestImages.sshMachine()).machines().open(call)) {
      try {
        assertThat(driver.ensure(MachineSpec.of(id, "test").ttl(hour), call).ttl()).contains(hour);
        assertThat(driver.find(id, call).orElseThrow().ttl()).contains(hour);
        assertThat(driver.list(call).stream().filter(it -> it.id().equals(id)))
            .extracting(Machine::ttl)
            .allSatisfy(ttl -> assertThat(ttl).contains(hour))
            .hasSize(1);
      } finally {
        driver.delete(id, VolumePolicy.REMOVE, call);
      }
    }
    assertThat(place.leftovers(id.value())).isEmpty();
  }
}
