package dev.previews.compose;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.github.dockerjava.api.exception.NotFoundException;
import dev.previews.environment.Service;
import dev.previews.error.RemoteCommandException;
import dev.previews.exec.Deadline;
import dev.previews.machines.TestImages;
import dev.previews.progress.ProgressListener;
import dev.previews.spi.Context;
import dev.previews.spi.Deployment;
import dev.previews.spi.Project;
import dev.previews.spi.ProjectSource;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** Images of a registry that wants to know who asks. */
@Timeout(120)
class PullIT {
  @RegisterExtension final EngineAtHand machine = new EngineAtHand();
  @TempDir Path directory;

  private Registry registry;
  private String image;

  @BeforeEach
  void startRegistry() throws Exception {
    try (InputStream saved = machine.client().saveImageCmd(TestImages.busybox()).exec()) {
      registry = Registry.of(saved, machine.project());
    }
    image = registry.name() + "/app:1";
    Files.writeString(
        directory.resolve("compose.yaml"),
        "services: {app: {image: '" + image + "', init: true, command: [sleep, '300']}}");
  }

  @AfterEach
  void removeImage() throws Exception {
    if (registry != null) {
      registry.close();
      machine
          .client()
          .listContainersCmd()
          .withShowAll(true)
          .withLabelFilter(Map.of("dev.previews.environment", machine.machine().id().value()))
          .exec()
          .forEach(it -> machine.client().removeContainerCmd(it.getId()).withForce(true).exec());
      try {
        machine.client().removeImageCmd(image).exec();
      } catch (NotFoundException e) {
        // It was not pulled.
      }
    }
  }

  @Test
  void theMachinePullsWithTheCredentialsOfTheUsersDockerConfiguration() throws Exception {
    try (Deployment deployment = up(Registry.PASSWORD)) {
      assertThat(deployment.services()).hasSize(1).allMatch(Service::ready);
      assertThat(deployment.services().get(0).image()).isEqualTo(image);
    }
  }

  @Test
  void withoutTheRightOnesTheRegistrysAnswerIsShown() {
    assertThatThrownBy(() -> up("a guess"))
        .isInstanceOf(RemoteCommandException.class)
        .hasMessageContaining("docker compose pull of " + image)
        .satisfies(
            failure ->
                assertThat(String.valueOf(failure.getMessage()))
                    .containsPattern("(?i)unauthorized|authentication|no basic auth")
                    .doesNotContain("a guess"));
  }

  private Deployment up(String password) throws Exception {
    Path configuration = Files.createDirectories(directory.resolve("docker"));
    Files.writeString(configuration.resolve("config.json"), registry.configuration(password));
    Map<String, String> environment = new HashMap<>(System.getenv());
    environment.put("DOCKER_CONFIG", configuration.toString());
    ComposeDeployer deployer = new ComposeDeployer(environment);
    Context context = Context.of(Deadline.in(Duration.ofSeconds(90)), ProgressListener.none());
    Project project =
        deployer.read(ProjectSource.of(List.of(directory.resolve("compose.yaml"))), context);
    return deployer
        .resolve(project, machine.machine().id(), Map.of(), context)
        .deploy(machine.machine(), machine, context);
  }
}
