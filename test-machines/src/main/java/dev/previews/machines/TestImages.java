package dev.previews.machines;

import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import org.testcontainers.images.builder.ImageFromDockerfile;

/**
 * The images that tests run on the Docker engine at hand: those that the environment names, else
 * the lab's where they are there, else public ones, which are pulled once.
 */
public final class TestImages {
  private static final String PUBLIC_MACHINE = "docker:28-dind";
  private static final int LONGEST_PULL_SECONDS = 60;
  private static final Map<String, String> FOUND = new ConcurrentHashMap<>();

  private TestImages() {}

  /** Checks that there is an engine; see {@link Needed}. */
  public static void requireEngine() {
    Needed.check(DockerCli.succeeds(30, "version"), "Docker engine at hand (lab/lab up docker)");
  }

  /** An image with busybox's tools. */
  public static String busybox() {
    return image("PREVIEW_LAB_BUSYBOX_IMAGE", "busybox:local", "busybox:1.37");
  }

  /** An image with a Docker server that can run in a privileged container. */
  public static String dockerMachine() {
    return image("PREVIEW_LAB_DOCKER_MACHINE_IMAGE", "machine:local", PUBLIC_MACHINE);
  }

  /** An image with a Docker server and sshd, for machines that are containers. */
  public static String sshMachine() {
    String machine = dockerMachine();
    return machine.equals(PUBLIC_MACHINE)
        ? FOUND.computeIfAbsent("sshd", TestImages::withSshd)
        : machine;
  }

  private static String withSshd(String unused) {
    return new ImageFromDockerfile("previews-test-machine", false)
        .withDockerfileFromBuilder(
            it -> it.from(PUBLIC_MACHINE).run("apk add --no-cache openssh tar").build())
        .get();
  }

  /** Sees to it that this name of a registry's busybox stands for one, pulled or of the lab. */
  public static void provide(String publicBusybox) {
    if (present(publicBusybox).or(() -> pulled(publicBusybox)).isEmpty()) {
      Needed.check(
          DockerCli.succeeds(30, "tag", busybox(), publicBusybox), "image " + publicBusybox);
    }
  }

  private static String image(String variable, String ofTheLab, String ofARegistry) {
    return FOUND.computeIfAbsent(
        variable,
        unknown ->
            Needed.of(
                Optional.ofNullable(System.getenv(variable))
                    .or(() -> present(ofTheLab))
                    .or(() -> present(ofARegistry))
                    .or(() -> pulled(ofARegistry)),
                "image: "
                    + variable
                    + " names none, "
                    + ofTheLab
                    + " is not there (lab/lab up), "
                    + ofARegistry
                    + " cannot be pulled"));
  }

  private static Optional<String> present(String image) {
    return Optional.of(image).filter(it -> DockerCli.succeeds(30, "image", "inspect", it));
  }

  private static Optional<String> pulled(String image) {
    return Optional.of(image)
        .filter(it -> DockerCli.succeeds(LONGEST_PULL_SECONDS, "pull", "--quiet", it));
  }
}
