package dev.previews.docker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.previews.environment.EnvironmentId;
import dev.previews.environment.VolumePolicy;
import dev.previews.error.OwnershipException;
import dev.previews.exec.Deadline;
import dev.previews.machines.TestImages;
import dev.previews.progress.ProgressListener;
import dev.previews.spi.Context;
import dev.previews.spi.Driver;
import dev.previews.spi.Machine;
import dev.previews.spi.MachineSpec;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.UUID;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is peculiar to machines on an engine that they share. */
class SharedMachinesIT {
  private final EnvironmentId id =
      EnvironmentId.of("s" + UUID.randomUUID().toString().substring(0, 8));
  private final MachineSpec spec = MachineSpec.of(id, "tester");
  private final Context context =
      Context.of(Deadline.in(Duration.ofMinutes(1)), ProgressListener.none());

  @TempDir Path directory;

  @BeforeEach
  void requireEngine() {
    TestImages.requireEngine();
  }

  @Test
  void anImageMayDeclareVolumesOfItsOwn() throws Exception {
    String image = "volumes-" + id;
    Files.writeString(
        directory.resolve("Dockerfile"),
        "FROM " + LocalPlace.busybox() + "\nVOLUME /1 /2 /3 /a /b /c /x /y /z\n");
    DockerCli.run("build", "--quiet", "--tag", image, directory.toString());
    try (Driver driver = Docker.docker().image(image).open(context)) {
      Machine made = driver.ensure(spec, context);
      assertThat(driver.find(id, context).orElseThrow().directory()).isEqualTo(made.directory());
      assertThat(driver.list(context))
          .filteredOn(it -> it.id().equals(id))
          .extracting(Machine::directory)
          .containsExactly(made.directory());
      driver.delete(id, VolumePolicy.REMOVE, context);
    } finally {
      DockerCli.run("image", "rm", "--force", image);
    }
    assertThat(LocalPlace.shared().leftovers(id.value())).isEmpty();
  }

  @Test
  void aContainerOfSomebodyElseWithTheNeededNameIsLeftAlone() throws Exception {
    String foreign = DockerCli.run("create", "--name=preview-" + id, LocalPlace.busybox(), "true");
    try {
      refuseAndLeaveAlone();
      assertThat(DockerCli.run("inspect", "--format={{.Id}}", "preview-" + id)).isEqualTo(foreign);
    } finally {
      DockerCli.run("rm", "--force", foreign);
    }
    assertThat(LocalPlace.shared().leftovers(id.value())).isEmpty();
  }

  @Test
  void aVolumeOfSomebodyElseWithTheNeededNameIsLeftAlone() throws Exception {
    DockerCli.run("volume", "create", "--label=theirs=" + id, "preview-" + id);
    try {
      refuseAndLeaveAlone();
      assertThat(DockerCli.run("volume", "inspect", "--format={{.Labels.theirs}}", "preview-" + id))
          .isEqualTo(id.value());
    } finally {
      DockerCli.run("volume", "rm", "preview-" + id);
    }
    assertThat(LocalPlace.shared().leftovers(id.value())).isEmpty();
  }

  private void refuseAndLeaveAlone() {
    try (Driver driver = Docker.docker().image(LocalPlace.busybox()).open(context)) {
      assertThatThrownBy(() -> driver.ensure(spec, context))
          .isInstanceOf(OwnershipException.class)
          .hasMessageContaining("preview-" + id)
          .hasMessageContaining("not of this library's making");
      assertThat(driver.find(id, context)).isEmpty();
      driver.delete(id, VolumePolicy.REMOVE, context);
    }
  }
}
