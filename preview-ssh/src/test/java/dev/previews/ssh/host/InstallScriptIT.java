package dev.previews.ssh.host;

import static org.assertj.core.api.Assertions.assertThat;

import dev.previews.machines.TestImages;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * The installation on distributions that there is no machine of: the script runs in a real busybox,
 * with package managers that write down what they were asked for.
 */
class InstallScriptIT {
  @TempDir Path fake;

  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      value = {
        "apk; apk add docker,rc-update add docker default,rc-service docker start,usermod -aG"
            + " docker deploy",
        "dnf; dnf install -y moby-engine docker-cli,rc-update add docker default,rc-service docker"
            + " start,usermod -aG docker deploy",
        "yum; yum install -y moby-engine docker-cli,rc-update add docker default,rc-service docker"
            + " start,usermod -aG docker deploy"
      })
  void packagesAreTheDistributionsOwn(String manager, String expected) throws Exception {
    program(manager, "for p in docker dockerd; do cp /fake/answer /fake/$p; done");
    assertThat(install()).containsExactly(expected.split(","));
    assertThat(install())
        .as("again, and nothing is installed")
        .containsExactly("usermod -aG docker deploy");
  }

  /** As on RHEL, whose package "docker" is podman's. */
  @Test
  void packagesWithoutAnEngineAreToldAtOnce() throws Exception {
    program("dnf", "if [ $3 = docker ]; then cp /fake/answer /fake/docker; else exit 1; fi");
    assertThat(run(5)).contains("no Docker Engine").contains("get.docker.com");
    assertThat(Files.readAllLines(fake.resolve("log")))
        .as("nothing was started")
        .containsExactly(
            "dnf install -y moby-engine docker-cli",
            "dnf install -y moby-engine",
            "dnf install -y docker");
  }

  private List<String> install() throws Exception {
    run(0);
    return Files.readAllLines(fake.resolve("log"));
  }

  private String run(int expected) throws Exception {
    Files.deleteIfExists(fake.resolve("log"));
    for (String each : List.of("rc-update", "rc-service", "usermod")) {
      program(each, "if [ $1 = docker ]; then touch /fake/started; fi");
    }
    // Answers when the service was started.
    plain("answer", "[ -e /fake/started ]");
    Process docker =
        new ProcessBuilder(
                "docker",
                "run",
                "--rm",
                "-v",
                fake + ":/fake",
                "-v",
                "/var/run/docker.sock:/var/run/docker.sock:ro",
                "-e",
                "PATH=/fake:/bin",
                TestImages.busybox(),
                "sh",
                "-c",
                Installation.SCRIPT,
                "install",
                "deploy")
            .redirectErrorStream(true)
            .start();
    String output = new String(docker.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(docker.waitFor()).as(output).isEqualTo(expected);
    return output;
  }

  private void program(String name, String script) throws Exception {
    plain(name, "echo \"" + name + " $*\" >>/fake/log\n" + script);
  }

  private void plain(String name, String script) throws Exception {
    Path file = Files.writeString(fake.resolve(name), "#!/bin/sh\n" + script + "\n");
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-xr-x"));
  }
}
