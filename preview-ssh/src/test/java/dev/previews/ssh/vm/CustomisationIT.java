package dev.previews.ssh.vm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.previews.Preview;
import dev.previews.Previews;
import dev.previews.environment.EnvironmentId;
import dev.previews.environment.VolumePolicy;
import dev.previews.error.DeadlineException;
import dev.previews.error.RemoteCommandException;
import dev.previews.exec.Command;
import dev.previews.exec.Deadline;
import dev.previews.exec.Execution;
import dev.previews.machines.TestImages;
import dev.previews.progress.ProgressEvent;
import dev.previews.spi.Connection;
import dev.previews.spi.Context;
import dev.previews.spi.Driver;
import dev.previews.spi.Machine;
import dev.previews.spi.MachineSpec;
import dev.previews.ssh.vm.docker.DockerVm;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is done to a new machine, once; and what becomes of one whose settings change. */
class CustomisationIT {
  private final VmPlace place = new VmPlace();
  private final String unique = UUID.randomUUID().toString().substring(0, 8);
  private final EnvironmentId one = EnvironmentId.of("v1" + unique);
  private final EnvironmentId two = EnvironmentId.of("v2" + unique);
  private final List<String> notices = new CopyOnWriteArrayList<>();
  private final Context call =
      Context.of(
          Deadline.in(Duration.ofMinutes(3)),
          event -> {
            if (event instanceof ProgressEvent.Notice notice) {
              notices.add(notice.text());
            }
          });

  @TempDir Path directory;

  @BeforeEach
  void require() {
    place.require();
  }

  @AfterEach
  void remove() throws Exception {
    try (Driver driver = vms().open(call)) {
      driver.delete(one, VolumePolicy.REMOVE, call);
      driver.delete(two, VolumePolicy.REMOVE, call);
    }
    for (String tag :
        VmPlace.docker("image", "ls", "--format", "{{.Tag}} {{.ID}}", "dev.previews.vm.snapshot")
            .lines()
            .toList()) {
      String name = tag.split(" ")[0];
      if (notices.stream().anyMatch(notice -> notice.endsWith("as " + name))) {
        VmPlace.docker("rmi", "dev.previews.vm.snapshot:" + name);
      }
    }
    assertThat(place.leftovers(one.value())).isEmpty();
  }

  private static Vms vms() {
    return DockerVm.dockerVm(TestImages.sshMachine()).machines();
  }

  @Test
  void scriptsRunOnceASnapshotSavesThemAndAChangeReplacesTheMachine() throws Exception {
    Vms customised =
        vms().customise("echo run >>/customised").customise("hostname >/made-on #" + unique);
    try (Driver driver = customised.snapshots().open(call)) {
      Machine machine = driver.ensure(spec(one), call);
      assertThat(cat(driver, machine)).isEqualTo("run\npreview-" + one + "\n");
      assertThat(notices).filteredOn(it -> it.startsWith("saving")).hasSize(1);
      driver.ensure(spec(one), call);
      assertThat(cat(driver, machine)).isEqualTo("run\npreview-" + one + "\n");

      Machine second = driver.ensure(spec(two), call);
      assertThat(cat(driver, second))
          .as("from the snapshot")
          .isEqualTo("run\npreview-" + one + "\n");
      assertThat(notices).filteredOn(it -> it.startsWith("saving")).hasSize(1);
      assertThat(VmPlace.docker("exec", "preview-" + two, "cat", "/etc/preview/key.pub"))
          .as("each has keys of its own")
          .isNotEqualTo(VmPlace.docker("exec", "preview-" + one, "cat", "/etc/preview/key.pub"));
    }
    Vms larger =
        DockerVm.dockerVm(TestImages.sshMachine()).memory(2L << 30).machines().customise("true");
    try (Driver driver = larger.open(call)) {
      Machine machine = driver.ensure(spec(one), call);
      assertThat(notices)
          .anyMatch(
              it ->
                  it.startsWith("replacing the machine of " + one)
                      && it.contains("memory was '' and is '2147483648'")
                      && it.contains("customisation was"));
      assertThat(cat(driver, machine)).isEmpty();
    }
  }

  /** As it is for a moment when a machine that was made of a snapshot starts. */
  @Test
  void keysOfTheMachineThatASnapshotWasMadeOfAreNotTaken() throws Exception {
    try (Driver driver = vms().open(call)) {
      driver.ensure(spec(one), call);
      inMachine("mv /etc/preview/machine /own; echo another >/etc/preview/machine");
      assertThatThrownBy(() -> driver.ensure(spec(one), Context.within(Duration.ofSeconds(10))))
          .isInstanceOf(DeadlineException.class);
      inMachine("mv /own /etc/preview/machine");
      driver.ensure(spec(one), call);
    }
  }

  private void inMachine(String script) throws Exception {
    VmPlace.docker("exec", "preview-" + one, "sh", "-c", script);
  }

  @Test
  void aScriptThatFailsIsShownAndTriedAgain() throws Exception {
    try (Driver driver = vms().customise("echo so it goes; [ -e /fixed ]").open(call)) {
      assertThatThrownBy(() -> driver.ensure(spec(one), call))
          .isInstanceOf(RemoteCommandException.class)
          .hasMessageContaining("exit code 1")
          .hasMessageContaining("so it goes");
      VmPlace.docker("exec", "preview-" + one, "touch", "/fixed");
      driver.ensure(spec(one), call);
    }
  }

  @Test
  void theWholePath() throws Exception {
    Path compose =
        Files.writeString(
            directory.resolve("compose.yaml"),
            """
            services:
              web:
                image: ${IMAGE}
                init: true
                command: [httpd, -f, -p, "8080", -h, /pages]
                ports: ["8080"]
                volumes: ["./pages:/pages"]
            """);
    Files.writeString(
        Files.createDirectories(directory.resolve("pages")).resolve("index.html"), "page");
    Previews previews =
        Previews.builder()
            .driver(place.driver())
            .id(one.value())
            .variable("IMAGE", place.image())
            .deadline(Duration.ofMinutes(2))
            .build();
    try (Preview preview = previews.up(compose);
        var body = preview.url("web").toURL().openStream()) {
      assertThat(body.readAllBytes()).asString().isEqualTo("page");
    }
    previews.down(one.value());
  }

  private static MachineSpec spec(EnvironmentId id) {
    return MachineSpec.of(id, "test");
  }

  private String cat(Driver driver, Machine machine) {
    ByteArrayOutputStream stdout = new ByteArrayOutputStream();
    try (Connection connection = driver.connect(machine, call);
        Execution cat =
            connection.exec(
                Command.of("sh", "-c", "cat /customised /made-on 2>/dev/null").stdout(stdout))) {
      cat.await();
    }
    return stdout.toString(StandardCharsets.UTF_8);
  }
}
