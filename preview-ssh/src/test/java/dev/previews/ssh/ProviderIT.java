package dev.previews.ssh;

import static org.assertj.core.api.Assertions.assertThat;

import dev.previews.environment.EnvironmentId;
import dev.previews.environment.VolumePolicy;
import dev.previews.error.NotFoundException;
import dev.previews.exec.Deadline;
import dev.previews.progress.ProgressEvent;
import dev.previews.spi.Context;
import dev.previews.spi.Driver;
import dev.previews.spi.Machine;
import dev.previews.spi.MachineSpec;
import dev.previews.ssh.vm.MachineProvider;
import dev.previews.ssh.vm.VirtualMachine;
import dev.previews.ssh.vm.Vms;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/**
 * Machines as a cloud gives them: there is no Docker, and a user who is not root, may use sudo, and
 * is let in some time after sshd has come up.
 */
class ProviderIT {
  @RegisterExtension static final SshMachine MACHINE = SshMachine.bare();

  @Test
  void aMachineOfAnyProviderIsMadeReadyAndUsed() throws Exception {
    MACHINE.exec("dpkg --remove --force-depends docker.io docker-cli >/dev/null");
    MACHINE.addUser("ubuntu", "");
    MACHINE.exec("echo 'ubuntu ALL=(ALL) NOPASSWD: ALL' >/etc/sudoers.d/ubuntu");
    MACHINE.exec("cd /home/ubuntu/.ssh; mv authorized_keys later");
    List<String> output = new CopyOnWriteArrayList<>();
    Context call =
        Context.of(
            Deadline.in(Duration.ofMinutes(5)),
            event -> {
              if (event instanceof ProgressEvent.Output line) {
                output.add(line.line());
              }
            });
    EnvironmentId id = EnvironmentId.of("cloudy");
    Vms vms =
        Vms.vms(any -> new OneMachine())
            .customise("cd /tmp; id -un; echo grüße; exit 0")
            .customise("pwd >/customised; id -un >>/customised");
    try (Driver driver = vms.open(call)) {
      Machine machine = driver.ensure(MachineSpec.of(id, "test").ttl(Duration.ofHours(1)), call);
      assertThat(machine.ttl()).contains(Duration.ofHours(1));
      assertThat(output).as("the customisation's").contains("root", "grüße");
      assertThat(MACHINE.exec("cat /customised").lines())
          .as("a script is its own shell, and root's")
          .doesNotContain("/tmp")
          .contains("root");
      Opened opened = Opened.on(driver, machine);
      String file = machine.directory() + "/file";
      assertThat(opened.run("sh", "-c", "id -un; echo it >" + file).stdout()).isEqualTo("root\n");
      assertThat(opened.run("docker", "version").exitCode()).isZero();
      opened.connection.close();
      driver.delete(id, VolumePolicy.REMOVE, call);
      assertThat(driver.list(call)).isEmpty();
    }
  }

  /** A provider that has one machine to give. */
  private static final class OneMachine implements MachineProvider {
    private @Nullable VirtualMachine made;

    @Override
    public String name() {
      return "one";
    }

    @Override
    public Map<String, String> settings() {
      return Map.of("size", "small");
    }

    @Override
    public VirtualMachine create(
        MachineSpec spec, Map<String, String> settings, Optional<String> snapshot, Context call) {
      try {
        new Thread(OneMachine::letIn).start();
        made =
            new VirtualMachine(
                spec.id(),
                spec.owner(),
                Instant.now(),
                spec.ttl(),
                true,
                MACHINE.address(),
                22,
                "ubuntu",
                Files.readString(Lab.key()),
                List.of(MACHINE.exec("cut -d' ' -f1,2 /etc/ssh/ssh_host_ed25519_key.pub")),
                settings);
        return made;
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      } catch (InterruptedException e) {
        throw new IllegalStateException(e);
      }
    }

    private static void letIn() {
      try {
        Thread.sleep(3000);
        MACHINE.exec("cd /home/ubuntu/.ssh; mv later authorized_keys");
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      } catch (InterruptedException e) {
        throw new IllegalStateException(e);
      }
    }

    @Override
    public Optional<VirtualMachine> find(EnvironmentId id, Context call) {
      return Optional.ofNullable(made).filter(it -> it.id().equals(id));
    }

    @Override
    public List<VirtualMachine> list(Context call) {
      return Optional.ofNullable(made).stream().toList();
    }

    @Override
    public void delete(EnvironmentId id, VolumePolicy volumes, Context call) {
      made = null;
    }

    @Override
    public List<String> snapshots(Context call) {
      return List.of();
    }

    @Override
    public void snapshot(VirtualMachine machine, String name, Context call) {
      throw new NotFoundException("there are no snapshots");
    }

    @Override
    public void close() {}
  }
}
