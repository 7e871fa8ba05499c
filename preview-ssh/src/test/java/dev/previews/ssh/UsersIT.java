package dev.previews.ssh;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.previews.Preview;
import dev.previews.Previews;
import dev.previews.environment.Environment;
import dev.previews.environment.EnvironmentId;
import dev.previews.environment.VolumePolicy;
import dev.previews.error.OwnershipException;
import dev.previews.error.RemoteCommandException;
import dev.previews.machines.TestImages;
import dev.previews.spi.Driver;
import dev.previews.spi.MachineSpec;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/**
 * A machine that several users share: root, one of the group docker, one with sudo, one with
 * nothing.
 */
class UsersIT {
  @RegisterExtension static final SshMachine MACHINE = SshMachine.with();

  private static final String COMPOSE =
      """
      services:
        web:
          image: ${IMAGE}
          init: true
          command: [sh, -c, 'echo theirs >/pages/theirs; exec httpd -f -p 8080 -h /pages']
          ports: ["8080"]
          volumes: ["./pages:/pages"]
      """;

  @TempDir Path directory;

  @BeforeAll
  static void addUsers() throws Exception {
    MACHINE.addUser("alice", "docker");
    MACHINE.addUser("bob", "");
    MACHINE.addUser("carol", "");
    MACHINE.exec("echo 'bob ALL=(ALL) NOPASSWD: ALL' >/etc/sudoers.d/bob");
  }

  @Test
  void theirEnvironmentsDoNotMeet() throws Exception {
    List<String> users = List.of("root", "alice", "bob");
    List<CompletableFuture<Preview>> ups =
        users.stream().map(user -> CompletableFuture.supplyAsync(() -> up(user))).toList();
    for (int i = 0; i < users.size(); i++) {
      try (Preview preview = ups.get(i).get()) {
        assertThat(page(preview)).isEqualTo("page of " + users.get(i));
      }
    }
    assertThat(MACHINE.exec("stat -c '%a %U' /home/alice/.previews/of-alice"))
        .isEqualTo("700 alice");
    assertThat(MACHINE.exec("stat -c '%a' /root/.previews/of-root")).isEqualTo("700");
    assertThat(previews("bob").list())
        .extracting(it -> it.id().value())
        .containsExactly("of-alice", "of-bob", "of-root");
    assertThatThrownBy(() -> previews("bob").down("of-alice"))
        .isInstanceOf(OwnershipException.class)
        .hasMessageContaining("alice");

    // What the container of alice wrote belongs to root, and she is not root.
    previews("alice").down("of-alice");
    assertThat(MACHINE.place().leftovers("of-alice")).isEmpty();
    assertThat(previews("root").list())
        .extracting(Environment::owner)
        .containsExactly("bob", "root");
    try (Preview preview = previews("bob").find("of-bob").orElseThrow()) {
      assertThat(page(preview)).isEqualTo("page of bob");
      preview.down();
    }
    previews("root").down("of-root");
    assertThat(MACHINE.place().leftovers("of-bob")).isEmpty();
    assertThat(MACHINE.place().leftovers("of-root")).isEmpty();
  }

  @Test
  void whoeverHasNoRightIsToldAllThatIsWrong() throws Exception {
    MACHINE.exec("mkdir -p /locked && chmod 755 /locked");
    assertThatThrownBy(() -> open(MACHINE.driver("carol").directory("/locked/previews")))
        .isInstanceOf(RemoteCommandException.class)
        .hasMessageContaining("carol may not use the Docker engine at /var/run/docker.sock")
        .hasMessageContaining("sudo usermod -aG docker carol")
        .hasMessageContaining("carol may not write to /locked");
  }

  @Test
  void whatAVolumeSaysIsNoReasonToRemoveADirectory() throws Exception {
    MACHINE.exec("mkdir -p /precious && touch /precious/file && chmod 755 /");
    for (String directory : List.of("", "/", "/precious", "/precious/../precious/marked")) {
      MACHINE.exec(
          "docker volume create --label dev.previews.environment=marked --label"
              + " dev.previews.owner=root --label dev.previews.created=1 --label"
              + " dev.previews.ssh.role=machine "
              + (directory.isEmpty() ? "" : "--label dev.previews.ssh.directory=" + directory)
              + " preview-marked");
      EnvironmentId id = EnvironmentId.of("marked");
      try (Driver driver = MACHINE.driver().open(Opened.context())) {
        assertThatThrownBy(() -> driver.ensure(MachineSpec.of(id, "root"), Opened.context()))
            .isInstanceOf(OwnershipException.class)
            .hasMessageContaining("preview-marked");
        assertThat(driver.find(id, Opened.context()).orElseThrow().directory())
            .isEqualTo("/root/.previews/marked");
        driver.delete(id, VolumePolicy.REMOVE, Opened.context());
        assertThat(driver.find(id, Opened.context())).isEmpty();
      }
      assertThat(MACHINE.exec("stat -c %a / && ls /precious")).isEqualTo("755\nfile");
    }
  }

  @Test
  void whoeverNeededSudoMayDoWithoutLater() throws Exception {
    MACHINE.addUser("frank", "");
    MACHINE.exec("echo 'frank ALL=(ALL) NOPASSWD: ALL' >/etc/sudoers.d/frank");
    try (Opened opened = Opened.on(MACHINE.driver("frank"))) {
      assertThat(opened.machine.directory()).startsWith("/home/frank/.previews/");
      assertThat(opened.run("id", "-u").stdout()).isEqualTo("0\n");
    }
    assertThat(MACHINE.exec("stat -c '%a %U' /home/frank/.previews")).isEqualTo("700 frank");
    MACHINE.exec("usermod -aG docker frank; rm /etc/sudoers.d/frank");
    try (Opened opened = Opened.on(MACHINE.driver("frank"))) {
      assertThat(opened.run("id", "-un").stdout()).isEqualTo("frank\n");
    }
  }

  @Test
  void anEngineOfTheUsersOwnIsFound() throws Exception {
    MACHINE.addUser("dora", "");
    // A second engine, as a rootless one would be: the socket is dora's.
    MACHINE.exec(
        "u=$(id -u dora); mkdir -p /run/dora /run/user/$u; setsid dockerd --data-root"
            + " /run/dora/data --exec-root /run/dora/exec --pidfile /run/dora/pid --bridge none"
            + " --iptables=false --ip6tables=false --host unix:///run/user/$u/docker.sock"
            + " >/var/log/dora 2>&1 & i=0; until [ -S /run/user/$u/docker.sock ]; do sleep 0.2;"
            + " i=$((i+1)); [ $i -lt 100 ]; done; chown dora /run/user/$u"
            + " /run/user/$u/docker.sock");
    try (Opened opened = Opened.on(MACHINE.driver("dora"))) {
      assertThat(opened.machine.directory()).startsWith("/home/dora/.previews/");
      String socket = MACHINE.exec("echo /run/user/$(id -u dora)/docker.sock");
      assertThat(MACHINE.exec("docker -H unix://" + socket + " volume ls -q"))
          .contains("preview-" + opened.machine.id());
      assertThat(MACHINE.exec("docker volume ls -q"))
          .doesNotContain("preview-" + opened.machine.id());
    } finally {
      MACHINE.exec("kill $(cat /run/dora/pid)");
    }
  }

  private static void open(Ssh ssh) {
    try (Driver driver = ssh.open(Opened.context())) {
      driver.list(Opened.context());
    }
  }

  private Preview up(String user) {
    try {
      Path project = Files.createDirectories(directory.resolve(user));
      Files.createDirectories(project.resolve("pages"));
      Files.writeString(project.resolve("pages/index.html"), "page of " + user);
      Path compose = Files.writeString(project.resolve("compose.yaml"), COMPOSE);
      return previews(user).up(compose);
    } catch (java.io.IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }

  private static Previews previews(String user) {
    return Previews.builder()
        .driver(MACHINE.driver(user))
        .id("of-" + user)
        .owner(user)
        .variable("IMAGE", TestImages.busybox())
        .deadline(Duration.ofMinutes(2))
        .build();
  }

  private static String page(Preview preview) throws Exception {
    try (var body = preview.url("web").toURL().openStream()) {
      return new String(body.readAllBytes(), StandardCharsets.UTF_8);
    }
  }
}
