package dev.previews.gateway;

import dev.previews.machines.SshContainer;
import dev.previews.machines.TestHosts;
import dev.previews.spi.DriverConfig;
import dev.previews.ssh.Ssh;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.function.Executable;

/** The agent on a machine that is reached over SSH. */
class SshAgentIT extends AgentContract {
  @RegisterExtension static final SshContainer MACHINE = new SshContainer(true, List.of());

  private static final String OBJECTS =
      """
      docker ps --all --quiet
      docker volume ls --quiet
      docker network ls --format '{{.Name}}'
      docker image ls --format '{{.Repository}}:{{.Tag}}'
      ls -A /root/.previews 2>/dev/null
      true
      """;

  @Override
  String host() {
    return MACHINE.network().host();
  }

  @Override
  DriverConfig driver() {
    return Ssh.ssh("root@" + MACHINE.address())
        .config(Path.of("/dev/null"))
        .identity(TestHosts.find().key())
        .knownHosts(MACHINE.knownHosts())
        .connectTimeout(Duration.ofSeconds(30));
  }

  @Override
  String profile() {
    return folder.resolve("profile").toString();
  }

  @Override
  boolean throughTls() {
    return false;
  }

  @Override
  List<String> objects() throws Exception {
    return MACHINE.exec(OBJECTS).lines().toList();
  }

  @Override
  List<Executable> kills() {
    return List.of(MACHINE::reboot);
  }
}
