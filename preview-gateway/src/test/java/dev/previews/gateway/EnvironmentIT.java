package dev.previews.gateway;

import static dev.previews.docker.Docker.docker;
import static dev.previews.gateway.LocalGateway.run;
import static dev.previews.tunnel.Gateway.gateway;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.previews.Preview;
import dev.previews.Previews;
import dev.previews.environment.Service;
import dev.previews.error.PreviewException;
import dev.previews.machines.TestImages;
import dev.previews.progress.ProgressEvent;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A Compose project on the real engine, whose URLs are at a gateway. */
@Timeout(400)
class EnvironmentIT {
  static final String BUSYBOX = TestImages.busybox();
  static final String MACHINE = TestImages.sshMachine();

  @TempDir Path folder;
  private final String id = "gateway-" + ProcessHandle.current().pid();
  private LocalGateway tunnels;
  private Previews previews;

  @BeforeEach
  void start() throws Exception {
    tunnels = LocalGateway.start(folder);
    previews = builder().tunnel(gateway(tunnels.ssh()).profile(profile()).image(MACHINE)).build();
  }

  private Previews.Builder builder() {
    return Previews.builder()
        .driver(docker().image(BUSYBOX))
        .id(id)
        .deadline(Duration.ofSeconds(150));
  }

  private Path profile() {
    return folder.resolve("profile");
  }

  @AfterEach
  void stop() {
    previews.down(id);
    tunnels.close();
  }

  private Path compose(String... services) throws IOException {
    return compose(Map.of(), services);
  }

  private Path compose(Map<String, String> labels, String... services) throws IOException {
    return NamedServices.write(folder, BUSYBOX, labels, services);
  }

  private String agent() throws IOException {
    return run(
            "docker",
            "ps",
            "-q",
            "--no-trunc",
            "--filter",
            "label=com.docker.compose.service=preview-tunnel",
            "--filter",
            "label=dev.previews.environment=" + id)
        .strip();
  }

  @Test
  void urlsLiveAsLongAsTheEnvironment() throws Exception {
    URI web;
    try (Preview preview = previews.up(compose("web"))) {
      web = preview.url("web");
      assertThat(web.toString())
          .matches("http://web-8080-" + id + "-[a-z0-9]{8}\\.tunnels\\.test:" + tunnels.httpPort());
      assertThat(tunnels.get(web)).startsWith("HTTP/1.1 200").endsWith("web\n");
      assertThat(preview.accessUrl("web", Duration.ofHours(1)))
          .as("of a public one")
          .isEqualTo(web);
      assertThat(preview.exec("web", "sh", "-c", "echo $MINE $OLD").stdout().strip())
          .isEqualTo(web + " " + web);
      assertThat(preview.services()).extracting(Service::name).contains("preview-tunnel");
      assertThat(preview.exec("preview-tunnel", "stat", "-c", "%a", "/preview-tunnel/key").stdout())
          .isEqualTo("600\n");
    }
    assertThat(tunnels.get(web)).as("after the JVM let go").endsWith("web\n");
    try (Stream<Path> kept = Files.list(profile())) {
      assertThat(kept.map(it -> it.getFileName().toString()).filter(it -> !it.startsWith("host-")))
          .containsExactly("key");
    }
    String agent = agent();
    assertThat(run("docker", "inspect", agent))
        .doesNotContain("PRIVATE KEY")
        .doesNotContain("docker.sock");

    try (Poll poll = new Poll(tunnels, web, "web")) {
      previews.up(compose("web")).close();
      assertThat(agent()).as("nothing changed").isEqualTo(agent);
      assertThat(poll.asked()).isNotNegative();
    }

    tunnels.restart();
    await().atMost(Duration.ofSeconds(60)).until(() -> tunnels.get(web).endsWith("web\n"));
    assertThat(agent()).isEqualTo(agent);

    run("docker", "kill", agent);
    run("docker", "start", agent);
    await().atMost(Duration.ofSeconds(60)).until(() -> tunnels.get(web).endsWith("web\n"));

    previews.down(id);
    assertThat(tunnels.get(web)).startsWith("HTTP/1.1 503").contains("is not connected");
  }

  @Test
  void changedServicesChangeTheirTunnelsAlone() throws Exception {
    URI web;
    List<URI> more = new ArrayList<>();
    try (Preview preview = previews.up(compose("web"))) {
      web = preview.url("web");
    }
    String agent = agent();
    try (Poll poll = new Poll(tunnels, web, "web")) {
      try (Preview preview = previews.up(compose("web", "api"))) {
        more.add(preview.url("api"));
        assertThat(tunnels.get(more.get(0))).endsWith("api\n");
      }
      try (Preview preview = previews.up(compose("web"))) {
        assertThat(preview.url("web")).isEqualTo(web);
        assertThat(tunnels.get(more.get(0))).startsWith("HTTP/1.1 503");
      }
      assertThat(poll.asked()).isNotNegative();
    }
    assertThat(agent()).as("a network came and went").isEqualTo(agent);
  }

  @Test
  void privateServicesOpenByLink() throws Exception {
    Path file =
        compose(
            Map.of(
                "ours", "preview.access: private",
                "theirs", "preevy.access: private",
                "open", "preview.access: public"),
            "web",
            "ours",
            "theirs",
            "open");
    Files.writeString(
        file,
        "x-preview:\n  tunnel: "
            + tunnels.ssh()
            + "?profile="
            + profile()
            + "&image="
            + MACHINE
            + "\n",
        StandardOpenOption.APPEND);
    try (Preview preview = builder().up(file)) {
      assertThat(tunnels.get(preview.url("web"))).endsWith("web\n");
      assertThat(tunnels.get(preview.url("open"))).endsWith("open\n");
      assertThat(preview.accessUrl("web", Duration.ofHours(1))).isEqualTo(preview.url("web"));
      opensByLink(preview, "ours");
      opensByLink(preview, "theirs");
    }
    String address =
        tunnels.ssh() + "?profile=" + profile() + "&image=" + MACHINE + "&access=private";
    try (Preview preview =
        builder()
            .tunnel(address)
            .up(compose(Map.of("open", "preview.access: public"), "web", "open"))) {
      opensByLink(preview, "web");
      assertThat(tunnels.get(preview.url("open"))).endsWith("open\n");
    }
  }

  private void opensByLink(Preview preview, String service) throws IOException {
    URI url = preview.url(service);
    assertThat(tunnels.get(url)).startsWith("HTTP/1.1 401").doesNotContain(service + "\n");
    URI link = preview.accessUrl(service, Duration.ofHours(1));
    assertThat(link.getAuthority()).isEqualTo(url.getAuthority());
    String answer = tunnels.get(link);
    assertThat(answer).startsWith("HTTP/1.1 30");
    Matcher cookie = Pattern.compile("(?im)^set-cookie: ([^;\r]+)").matcher(answer);
    assertThat(cookie.find()).as(answer).isTrue();
    assertThat(tunnels.get(url, "Cookie: " + cookie.group(1)))
        .startsWith("HTTP/1.1 200")
        .endsWith(service + "\n");
  }

  @Test
  void anotherProfileTakesTheAgentOver() throws Exception {
    URI mine;
    try (Preview preview = previews.up(compose("web"))) {
      mine = preview.url("web");
    }
    String agent = agent();
    Previews others =
        builder()
            .tunnel(gateway(tunnels.ssh()).profile(folder.resolve("other")).image(MACHINE))
            .build();
    try (Preview preview = others.up(compose("web"))) {
      assertThat(preview.url("web")).isNotEqualTo(mine);
      assertThat(tunnels.get(preview.url("web"))).endsWith("web\n");
      assertThat(tunnels.get(mine)).startsWith("HTTP/1.1 503");
    }
    assertThat(agent()).isEqualTo(agent);
  }

  @Test
  void sshGoesThroughTls() throws Exception {
    assertThatThrownBy(
            () ->
                builder()
                    .tunnel(gateway(tunnels.sshThroughTls()).profile(profile()).image(MACHINE))
                    .up(compose("web")))
        .isInstanceOf(PreviewException.class)
        .hasMessageContaining("cannot be asked");
    assertThat(profile().resolve("host-" + tunnels.sshThroughTls())).doesNotExist();
    try (Preview preview =
        builder()
            .tunnel(
                gateway(tunnels.sshThroughTls())
                    .profile(profile())
                    .trust(tunnels.authority())
                    .image(MACHINE))
            .up(compose("web"))) {
      assertThat(tunnels.get(preview.url("web"))).endsWith("web\n");
    }
  }

  @Test
  void scriptsOfLabelsAreInPages() throws Exception {
    Path file =
        compose(
            Map.of(
                "web",
                "preview.inject_script.a.src: https://scripts.test/one.js,"
                    + " preevy.inject_script.b.src: https://scripts.test/another/one.js"),
            "web");
    Files.writeString(
        file,
        Files.readString(file)
            .replace("echo web", "echo \"<html><head></head><body>web</body></html>\""));
    try (Preview preview = previews.up(file)) {
      assertThat(tunnels.get(preview.url("web")))
          .contains("<script src=\"https://scripts.test/one.js\"")
          .contains("<script src=\"https://scripts.test/another/one.js\"")
          .contains("<body>web</body>");
    }
  }

  @Test
  void anImageWithoutSshIsSaidAtOnce() throws Exception {
    long start = System.nanoTime();
    assertThatThrownBy(
            () ->
                builder()
                    .tunnel(gateway(tunnels.ssh()).profile(profile()).image(BUSYBOX))
                    .up(compose("web")))
        .isInstanceOf(PreviewException.class)
        .hasMessageContaining("the image has no OpenSSH client");
    assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(60));
  }

  @Test
  void hostKeysArePrintedAndAnotherIsRefused() throws Exception {
    List<String> notices = new CopyOnWriteArrayList<>();
    Previews told =
        builder()
            .tunnel(gateway(tunnels.ssh()).profile(profile()).image(MACHINE))
            .progress(
                event -> {
                  if (event instanceof ProgressEvent.Notice notice) {
                    notices.add(notice.text());
                  }
                })
            .build();
    told.up(compose("web")).close();
    String fingerprint =
        run("ssh-keygen", "-lf", folder.resolve("host-key.pub").toString()).split(" ")[1];
    assertThat(notices).anyMatch(it -> it.contains("first time") && it.contains(fingerprint));
    tunnels.replace();
    assertThatThrownBy(() -> told.up(compose("web")))
        .isInstanceOf(PreviewException.class)
        .hasMessageContaining("another host key than before")
        .hasMessageContaining(", not " + fingerprint);
  }
}
