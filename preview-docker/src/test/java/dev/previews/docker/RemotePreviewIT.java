package dev.previews.docker;

import static org.assertj.core.api.Assertions.assertThat;

import dev.previews.Preview;
import dev.previews.testkit.Place;
import dev.previews.testkit.UpContract;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** The way up on a shared engine whose files and whose network are not this machine's. */
class RemotePreviewIT extends UpContract {
  @RegisterExtension static final RemoteEngine ENGINE = new RemoteEngine();

  private final String name = "only-here-" + UUID.randomUUID().toString().substring(0, 8);

  @Override
  protected Place place() {
    return ENGINE.place();
  }

  @Test
  void anImageThatOnlyThisMachineHasIsSentAndGoesWithTheLastThatUsesIt() throws Exception {
    String image = name + ":1";
    Path compose = Files.writeString(directory.resolve("sent.yaml"), usesOf(image));
    try {
      build(image, "first");
      try (Preview one = previews(name + "-1").up(compose);
          Preview two = previews(name + "-2").up(compose)) {
        assertThat(one.exec("app", "cat", "/what").stdout()).isEqualTo("first");
        assertThat(two.exec("app", "cat", "/what").stdout()).isEqualTo("first");
      }
      build(image, "second");
      try (Preview one = previews(name + "-1").up(compose)) {
        assertThat(one.exec("app", "cat", "/what").stdout()).isEqualTo("second");
      }
      previews(name + "-1").down(name + "-1");
      assertThat(images()).as("the first one, for the second environment").hasSize(1);
      try (Preview two = previews(name + "-2").up(compose)) {
        assertThat(two.exec("app", "cat", "/what").stdout()).isEqualTo("second");
      }
      previews(name + "-2").down(name + "-2");
      assertThat(images()).isEmpty();
    } finally {
      previews(name + "-1").down(name + "-1");
      previews(name + "-2").down(name + "-2");
      DockerCli.run("image", "rm", "--force", image);
    }
  }

  @Test
  void anImageThatWasThereBeforeStays() throws Exception {
    String image = name + ":theirs";
    Path compose = Files.writeString(directory.resolve("theirs.yaml"), usesOf(image));
    ENGINE.place().docker("tag", place().image(), image);
    DockerCli.run("tag", place().image(), image);
    try {
      previews(name).up(compose).close();
      previews(name).down(name);
      assertThat(images()).hasSize(1);
    } finally {
      ENGINE.place().docker("image", "rm", image);
      DockerCli.run("image", "rm", image);
    }
  }

  private static String usesOf(String image) {
    return "services: {app: {image: '" + image + "', init: true, command: [sleep, '1000']}}\n";
  }

  private void build(String image, String content) throws Exception {
    Path source = Files.createDirectories(directory.resolve("source"));
    Files.writeString(source.resolve("what"), content);
    Files.writeString(
        source.resolve("Dockerfile"), "FROM " + place().image() + "\nCOPY what /what\n");
    DockerCli.run("build", "--quiet", "--tag", image, source.toString());
  }

  /** What the other engine has of ours, the claims to it and what has lost its name among them. */
  private List<String> images() throws IOException, InterruptedException {
    return ENGINE
        .place()
        .docker("image", "ls", "--all", "--format", "{{.Repository}}:{{.Tag}} {{.ID}}")
        .lines()
        .filter(line -> line.contains(name) || line.startsWith("<none>"))
        .map(line -> line.substring(line.indexOf(' ') + 1))
        .distinct()
        .toList();
  }
}
