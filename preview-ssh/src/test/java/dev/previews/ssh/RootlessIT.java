package dev.previews.ssh;

import static org.assertj.core.api.Assertions.assertThat;

import dev.previews.Preview;
import dev.previews.Previews;
import dev.previews.machines.Needed;
import dev.previews.machines.TestImages;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** A user with a rootless engine, without the group docker and without sudo. */
class RootlessIT {
  @RegisterExtension static final SshMachine MACHINE = SshMachine.with();

  private static final String SCRIPT = "/usr/share/docker.io/contrib/dockerd-rootless.sh";

  /**
   * As {@code dockerd-rootless-setuptool.sh} would with systemd, and as udev would the device. The
   * data is on the machine's volume: in a container its home is an overlay, which takes no other.
   */
  private static final String START =
      """
      u=$(id -u gwen) s=/run/user/$(id -u gwen)/docker.sock d=/home/gwen/.local/share/docker
      chmod 666 /dev/net/tun; mount --make-rshared /; chmod 711 /var/lib/docker
      mkdir -p -m 700 /run/user/$u; install -d -o gwen -g gwen /var/lib/docker/of-gwen
      runuser -u gwen -- mkdir -p $d; mount --bind /var/lib/docker/of-gwen $d
      chown gwen: /run/user/$u
      setsid runuser -u gwen -- env HOME=/home/gwen XDG_RUNTIME_DIR=/run/user/$u \
        PATH=/usr/sbin:/usr/bin:/sbin:/bin sh SCRIPT >/var/log/rootless 2>&1 </dev/null &
      i=0
      until docker --host unix://$s version >/dev/null 2>&1; do
        i=$((i+1)); [ $i -lt 300 ] || { tail -20 /var/log/rootless; exit 1; }; sleep 0.2
      done
      docker save IMAGE | docker --host unix://$s load
      """;

  @TempDir Path directory;

  @BeforeAll
  static void startEngine() throws Exception {
    Needed.check(
        MACHINE.exec("command -v rootlesskit || true").startsWith("/"),
        "rootlesskit in " + TestImages.sshMachine() + " (lab/lab up ssh makes one that has it)");
    MACHINE.addUser("gwen", "");
    MACHINE.exec(START.replace("SCRIPT", SCRIPT).replace("IMAGE", TestImages.busybox()));
  }

  @Test
  void aProjectComesUpAnswersAndGoes() throws Exception {
    assertThat(MACHINE.exec("id -nG gwen")).isEqualTo("gwen");
    assertThat(MACHINE.exec("runuser -u gwen -- sudo -n true || echo none")).endsWith("none");
    Path compose = project();
    Previews previews =
        Previews.builder()
            .driver(MACHINE.driver("gwen"))
            .id("rootless")
            .variable("IMAGE", TestImages.busybox())
            .deadline(Duration.ofMinutes(3))
            .build();
    try (Preview preview = previews.up(compose)) {
      assertThat(page(preview, "")).isEqualTo("a page");
      assertThat(page(preview, "theirs")).isEqualTo("theirs\n");
      assertThat(rootless("ps --format '{{.Names}}' --filter label=dev.previews.environment"))
          .contains("web");
      assertThat(MACHINE.exec("docker ps -aq; docker volume ls -q")).as("root's engine").isEmpty();
      assertThat(MACHINE.exec("stat -c %U /home/gwen/.previews/rootless")).isEqualTo("gwen");
      assertThat(MACHINE.exec("find /home/gwen/.previews -name theirs -printf %U"))
          .as("a file of a user of the container's")
          .isNotEqualTo(MACHINE.exec("id -u gwen"));

      Files.writeString(directory.resolve("pages/index.html"), "another page");
      try (Preview again = previews.up(compose)) {
        assertThat(page(again, "")).isEqualTo("another page");
      }
    }
    assertThat(previews.list()).extracting(it -> it.id().value()).containsExactly("rootless");
    try (Preview preview = previews.find("rootless").orElseThrow()) {
      assertThat(page(preview, "")).isEqualTo("another page");
    }
    previews.down("rootless");
    assertThat(previews.list()).isEmpty();
    assertThat(rootless("ps -aq; $d volume ls -q; $d network ls -q --filter type=custom"))
        .isEmpty();
    assertThat(MACHINE.exec("ls -A /home/gwen/.previews")).isEmpty();
    assertThat(rootless("image ls --format '{{.Repository}}:{{.Tag}}'"))
        .isEqualTo(TestImages.busybox());
  }

  /** As for the user's own Docker CLI: root's engine, until the context is the rootless one. */
  @Test
  void whoMayUseBothEnginesChoosesByTheDockerContext() throws Exception {
    MACHINE.exec("usermod -aG docker gwen");
    try {
      assertThat(engineOf("gwen")).isEqualTo("root");
      MACHINE.exec(
          "d=/home/gwen/.docker; mkdir -p $d; echo '{\"currentContext\": \"rootless\"}'"
              + " >$d/config.json; chown -R gwen: $d");
      assertThat(engineOf("gwen")).isEqualTo("rootless");
    } finally {
      MACHINE.exec("gpasswd -d gwen docker; rm -rf /home/gwen/.docker");
    }
  }

  /** Which engine holds the environment that this user makes. */
  private static String engineOf(String user) throws Exception {
    try (Opened opened = Opened.on(MACHINE.driver(user))) {
      String volume = "preview-" + opened.machine.id();
      return MACHINE.exec("docker volume ls -q").contains(volume)
          ? "root"
          : rootless("volume ls -q").contains(volume) ? "rootless" : "none";
    }
  }

  private Path project() throws Exception {
    Files.createDirectories(directory.resolve("pages"));
    Files.writeString(directory.resolve("pages/index.html"), "a page");
    return Files.writeString(
        directory.resolve("compose.yaml"),
        """
        services:
          web:
            image: ${IMAGE}
            init: true
            command:
              - sh
              - -c
              - 'echo theirs >/pages/theirs; chown 33:33 /pages/theirs; exec httpd -f -p 8080 -h /pages'
            ports: ["8080"]
            volumes: ["./pages:/pages", "data:/data"]
        volumes: {data: {}}
        """);
  }

  private static String rootless(String docker) throws Exception {
    return MACHINE.exec(
        "d=\"docker --host unix:///run/user/$(id -u gwen)/docker.sock\"; $d " + docker);
  }

  private static String page(Preview preview, String file) throws Exception {
    try (var body = preview.url("web").resolve("/" + file).toURL().openStream()) {
      return new String(body.readAllBytes(), StandardCharsets.UTF_8);
    }
  }
}
