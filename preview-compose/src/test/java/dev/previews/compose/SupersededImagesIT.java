package dev.previews.compose;

import static org.assertj.core.api.Assertions.assertThat;

import com.github.dockerjava.api.DockerClient;
import com.github.dockerjava.api.exception.NotFoundException;
import dev.previews.compose.images.SupersededImages;
import dev.previews.engine.Engine;
import dev.previews.error.ConnectionException;
import dev.previews.machines.TestImages;
import dev.previews.progress.ProgressEvent;
import dev.previews.spi.Deployment;
import dev.previews.spi.Dialer;
import dev.previews.spi.DuplexStream;
import dev.previews.spi.Endpoint;
import dev.previews.spi.Labels;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.ResourceLock;

/** What is left of an image when it was built anew. */
@Timeout(120)
@ResourceLock(ComposeFolder.ONE_CLASS_AT_A_TIME)
class SupersededImagesIT {
  @RegisterExtension final EngineAtHand machine = new EngineAtHand();
  @TempDir Path directory;
  private ComposeFolder folder;

  @BeforeEach
  void write() throws Exception {
    folder = new ComposeFolder(directory, machine);
    Files.createDirectory(directory.resolve("ctx"));
    Files.writeString(
        directory.resolve("ctx/Dockerfile"),
        "FROM " + TestImages.busybox() + "\nCOPY page /page\nCMD [\"sleep\", \"300\"]\n");
    folder.write("services: {web: {build: ./ctx, init: true}}");
  }

  @Test
  void anEarlierImageGoesAndThoseOfOthersStay() throws Exception {
    String first = upWith("one");
    String foreign = untaggedImage("another-environment");
    String second = upWith("two");
    assertThat(isThere(first)).as("the earlier image").isFalse();
    assertThat(isThere(second)).as("the new image").isTrue();
    assertThat(isThere(foreign)).as("an untagged image of another environment").isTrue();

    String user = containerOf(second);
    String third = upWith("three");
    assertThat(isThere(second)).as("an earlier image that a container uses").isTrue();
    machine.client().removeContainerCmd(user).exec();
    String fourth = upWith("four");
    assertThat(isThere(second)).as("what stayed the last time").isFalse();
    assertThat(isThere(third)).isFalse();
    assertThat(isThere(fourth)).isTrue();
    assertThat(folder.events).noneMatch(event -> event instanceof ProgressEvent.Notice);
  }

  @Test
  void anEngineThatFailsIsANotice() {
    List<DuplexStream> streams = new ArrayList<>();
    Dialer dialer =
        () -> {
          if (!streams.isEmpty()) {
            throw new ConnectionException("no way", null);
          }
          streams.add(machine.dial(Endpoint.engine()));
          return streams.get(0);
        };
    try (Engine engine = Engine.open(dialer, folder.context().deadline())) {
      streams.get(0).close();
      new SupersededImages(engine, machine.machine(), folder.context()).remove();
    }
    assertThat(folder.events)
        .containsExactly(
            new ProgressEvent.Notice(
                "earlier images of environment "
                    + machine.machine().id()
                    + " were not removed: no way"));
  }

  /** The id of the image that was built. */
  private String upWith(String page) throws Exception {
    Files.writeString(directory.resolve("ctx/page"), page);
    try (Deployment deployment = folder.up()) {
      assertThat(ComposeFolder.exec(deployment, "web", "cat", "/page")).isEqualTo(page);
    }
    return folder.container("web").getImageId();
  }

  /** A container of somebody else; without labels of its own it would have those of the image. */
  private String containerOf(String image) {
    return machine
        .client()
        .createContainerCmd(image)
        .withLabels(
            Map.of(
                Labels.ENVIRONMENT,
                "another-environment",
                "com.docker.compose.project",
                "another-project",
                "dev.previews.test",
                machine.machine().id().value()))
        .exec()
        .getId();
  }

  private String untaggedImage(String environment) {
    DockerClient client = machine.client();
    return client
        .commitCmd(machine.helper())
        .withLabels(
            Map.of(
                Labels.ENVIRONMENT,
                environment,
                "dev.previews.test",
                machine.machine().id().value()))
        .exec();
  }

  private boolean isThere(String image) {
    try {
      machine.client().inspectImageCmd(image).exec();
      return true;
    } catch (NotFoundException e) {
      return false;
    }
  }
}
