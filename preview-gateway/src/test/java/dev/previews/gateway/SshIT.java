package dev.previews.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.previews.tunnel.names.ClientId;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The SSH side, with the real OpenSSH client. */
@Timeout(90)
class SshIT {
  @TempDir Path folder;
  private TunnelGateway gateway;
  private WebService web;
  private OpenSsh ssh;

  @BeforeEach
  void start() throws Exception {
    web = new WebService();
    gateway =
        TunnelGateway.builder()
            .url(URI.create("http://tunnels.test:8080"))
            .ssh(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))
            .http(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))
            .tunnelsPerClient(20)
            .connectionsPerClient(3)
            .connectTimeout(Duration.ofSeconds(2))
            .checkClients(Duration.ofSeconds(4))
            .restartTime(Duration.ZERO)
            .start();
    ssh = OpenSsh.withNewKey(folder, gateway.sshAddress().getPort());
  }

  @AfterEach
  void stop() {
    gateway.close();
    web.close();
  }

  private String forward(String name) {
    return name + ":127.0.0.1:" + web.port();
  }

  private int status(String label) throws Exception {
    return get(label, "/hello").statusCode();
  }

  private HttpResponse<String> get(String label, String path) throws Exception {
    return HttpClient.newHttpClient()
        .send(
            HttpRequest.newBuilder(
                    URI.create(
                        "http://127.0.0.1:"
                            + gateway.httpAddress().getPort()
                            + "/proxy/"
                            + label
                            + path))
                .timeout(Duration.ofSeconds(20))
                .build(),
            HttpResponse.BodyHandlers.ofString());
  }

  @ParameterizedTest
  @CsvSource({"ed25519,256", "rsa,2048", "ecdsa,256", "ecdsa,384"})
  void anyKeyIsTakenAndSaysWhoItIs(String type, int bits) throws Exception {
    OpenSsh client = OpenSsh.withNewKey(folder, gateway.sshAddress().getPort(), type, bits);
    String id = ClientId.of(client.publicKey());
    try (OpenSsh.Running hello = client.start("-R", forward("/web-8080"), "--", "hello")) {
      JsonNode answer = new ObjectMapper().readTree(hello.awaitStdout("\r\n"));
      assertThat(answer.path("clientId").asText()).isEqualTo(id);
      assertThat(answer.path("rootUrl").asText()).isEqualTo("http://tunnels.test:8080/");
      assertThat(answer.path("baseUrl").toString())
          .isEqualTo("{\"hostname\":\"tunnels.test\",\"port\":\"8080\",\"protocol\":\"http:\"}");
      assertThat(answer.path("extensions").toString())
          .isEqualTo("[\"access-link\",\"named-forward\"]");
      assertThat(answer.path("tunnels").path("/web-8080").asText())
          .isEqualTo("http://web-8080-" + id + ".tunnels.test:8080/");
      assertThat(get("web-8080-" + id, "/hello").body()).isEqualTo("hello");
      assertThat(hello.process().isAlive()).as("it stays while it has tunnels").isTrue();
    }
    await().atMost(Duration.ofSeconds(10)).until(() -> status("web-8080-" + id) == 503);
  }

  @Test
  void helloWithoutTunnelsEnds() throws Exception {
    try (OpenSsh.Running hello = ssh.start("--", "hello")) {
      assertThat(hello.awaitExit()).isZero();
      assertThat(hello.stdout()).endsWith("\r\n").contains("\"tunnels\":{}");
    }
  }

  @Test
  void tunnelUrlsAreToldBeforeThereAreTunnels() throws Exception {
    String id = ClientId.of(ssh.publicKey());
    try (OpenSsh.Running answer = ssh.start("--", "tunnel-url", "web-demo", "Web.Two")) {
      assertThat(answer.awaitExit()).isZero();
      JsonNode urls = new ObjectMapper().readTree(answer.stdout());
      assertThat(urls.path("web-demo").asText())
          .isEqualTo("http://web-demo-" + id + ".tunnels.test:8080/");
      assertThat(urls.path("Web.Two").asText())
          .matches("http://web-two-[a-z0-9_-]{4}-" + id + "\\..*");
    }
  }

  @Test
  void argumentsAreRead() throws Exception {
    String meta =
        Base64.getUrlEncoder()
            .withoutPadding()
            .encodeToString("{\"service\":\"web\"}".getBytes(StandardCharsets.UTF_8));
    String id = ClientId.of(ssh.publicKey());
    try (OpenSsh.Running hello =
        ssh.start("-R", forward("/web#access=public;meta=" + meta), "--", "hello")) {
      assertThat(hello.awaitStdout("\r\n")).contains("\"/web#access=public;meta=" + meta + "\"");
      assertThat(status("web-" + id)).isEqualTo(200);
    }
  }

  @ParameterizedTest
  @CsvSource({
    "/web#access=all",
    "/web#colour=red",
    "/web#meta=!",
    "/#access=public",
    "/web#inject=e30"
  })
  void wrongArgumentsAreRefused(String request) throws Exception {
    try (OpenSsh.Running refused = ssh.start("-v", "-N", "-R", forward(request))) {
      assertThat(refused.awaitExit()).isEqualTo(255);
      assertThat(refused.stderr()).contains("forwarding failed").contains("Remote: '/");
    }
  }

  @Test
  void plainPortForwardsWorkToo() throws Exception {
    String id = ClientId.of(ssh.publicKey());
    try (OpenSsh.Running named =
        ssh.start(
            "-R",
            "my-app:80:127.0.0.1:" + web.port(),
            "-R",
            "4567:127.0.0.1:" + web.port(),
            "-R",
            "0:127.0.0.1:" + web.port(),
            "--",
            "hello")) {
      named.awaitStdout("\r\n");
      assertThat(status("my-app-" + id)).isEqualTo(200);
      assertThat(status("port-4567-" + id)).isEqualTo(200);
      assertThat(named.stderr()).contains("Allocated port 20000");
      assertThat(status("port-20000-" + id)).isEqualTo(200);
    }
  }

  @Test
  void forwardsComeAndGoOnALiveConnection() throws Exception {
    String id = ClientId.of(ssh.publicKey());
    Path control = folder.resolve("control");
    try (OpenSsh.Running master =
        ssh.start("-M", "-S", control.toString(), "-R", forward("/one"), "--", "hello")) {
      master.awaitStdout("\r\n");
      try (OpenSsh.Running add =
          ssh.start("-S", control.toString(), "-O", "forward", "-R", forward("/two"))) {
        assertThat(add.awaitExit()).as(add.stderr()).isZero();
      }
      assertThat(status("two-" + id)).isEqualTo(200);
      try (OpenSsh.Running cancel =
          ssh.start("-S", control.toString(), "-O", "cancel", "-R", forward("/one"))) {
        assertThat(cancel.awaitExit()).as(cancel.stderr()).isZero();
      }
      await().atMost(Duration.ofSeconds(5)).until(() -> status("one-" + id) == 503);
      assertThat(status("two-" + id)).isEqualTo(200);
      try (OpenSsh.Running again =
          ssh.start("-S", control.toString(), "-O", "forward", "-R", forward("/one"))) {
        assertThat(again.awaitExit()).isZero();
      }
      assertThat(status("one-" + id)).isEqualTo(200);
    }
  }

  @Test
  void aNameInUseIsNotGivenToASecondLiveConnection() throws Exception {
    String id = ClientId.of(ssh.publicKey());
    try (OpenSsh.Running first = ssh.start("-R", forward("/web"), "--", "hello")) {
      first.awaitStdout("\r\n");
      try (OpenSsh.Running second = ssh.start("-v", "-N", "-R", forward("/web"))) {
        assertThat(second.awaitExit()).isEqualTo(255);
        assertThat(second.stderr())
            .contains("another connection of the same key has it, and answers");
      }
      assertThat(status("web-" + id)).isEqualTo(200);
    }
  }

  /** A client whose machine hangs: it is there for the kernel, and answers no more. */
  @Test
  void aHolderThatDoesNotAnswerLosesTheNameAtOnce() throws Exception {
    String id = ClientId.of(ssh.publicKey());
    try (OpenSsh.Running first = ssh.start("-R", forward("/web"), "--", "hello")) {
      first.awaitStdout("\r\n");
      signal(first, "STOP");
      long begin = System.nanoTime();
      try (OpenSsh.Running second = ssh.start("-R", forward("/web"), "--", "hello")) {
        second.awaitStdout("\r\n");
        assertThat(Duration.ofNanos(System.nanoTime() - begin)).isLessThan(Duration.ofSeconds(6));
        assertThat(status("web-" + id)).isEqualTo(200);
        signal(first, "CONT");
        first.awaitExit();
        assertThat(status("web-" + id)).isEqualTo(200);
      }
    }
  }

  /** The gateway has noticed already, and waits longer for it than whoever takes the name over. */
  @Test
  void aHolderThatHasNotAnsweredForLongLosesTheNameAtOnce() throws Exception {
    String id = ClientId.of(ssh.publicKey());
    try (OpenSsh.Running first = ssh.start("-R", forward("/web"), "--", "hello")) {
      first.awaitStdout("\r\n");
      signal(first, "STOP");
      Thread.sleep(4500); // the gateway has asked, and will wait for 12 s
      long begin = System.nanoTime();
      try (OpenSsh.Running second = ssh.start("-R", forward("/web"), "--", "hello")) {
        second.awaitStdout("\r\n");
        assertThat(Duration.ofNanos(System.nanoTime() - begin)).isLessThan(Duration.ofSeconds(6));
        assertThat(status("web-" + id)).isEqualTo(200);
      }
    }
  }

  /** A firewall drops what is sent to a port: the client neither confirms nor refuses. */
  @Test
  void aServiceThatHangsDisturbsNoOther() throws Exception {
    String id = ClientId.of(ssh.publicKey());
    try (Full hole = new Full();
        OpenSsh.Running client =
            ssh.start(
                "-R", "/hole:127.0.0.1:" + hole.port(), "-R", forward("/web"), "--", "hello")) {
      client.awaitStdout("\r\n");
      for (int i = 0; i < 2; i++) {
        HttpResponse<String> answer = get("hole-" + id, "/");
        assertThat(answer.statusCode()).isEqualTo(502);
        assertThat(answer.body()).contains("no answer for 2 s");
        Thread.sleep(300);
        assertThat(client.process().isAlive()).as(client.stderr()).isTrue();
        assertThat(status("web-" + id)).isEqualTo(200);
      }
      hole.acceptAndAwaitEnds(2);
      assertThat(client.process().isAlive()).as(client.stderr()).isTrue();
      assertThat(status("web-" + id)).isEqualTo(200);
    }
  }

  /** A port whose queue is full: the kernel drops what would begin another connection. */
  private static final class Full implements AutoCloseable {
    private final ServerSocket server = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
    private final List<Socket> waiting = new ArrayList<>();

    Full() throws IOException {
      try {
        while (true) {
          Socket socket = new Socket();
          waiting.add(socket);
          socket.connect(server.getLocalSocketAddress(), 300);
        }
      } catch (SocketTimeoutException e) {
        waiting.remove(waiting.size() - 1).close();
      }
    }

    int port() {
      return server.getLocalPort();
    }

    /** Serves its queue, until so many of those who came later have been let go again. */
    void acceptAndAwaitEnds(int later) throws IOException {
      List<Integer> ports = waiting.stream().map(Socket::getLocalPort).toList();
      server.setSoTimeout(20_000);
      for (int ended = 0; ended < later; ) {
        try (Socket socket = server.accept()) {
          socket.setSoTimeout(10_000);
          if (!ports.contains(socket.getPort())) {
            assertThat(socket.getInputStream().read()).isEqualTo(-1);
            ended++;
          }
        }
      }
    }

    @Override
    public void close() throws IOException {
      for (Socket socket : waiting) {
        socket.close();
      }
      server.close();
    }
  }

  @Test
  void portsThatWereGivenBackAreNotInTheWay() throws Exception {
    String id = ClientId.of(ssh.publicKey());
    Path control = folder.resolve("control");
    String any = "0:127.0.0.1:" + web.port();
    try (OpenSsh.Running master =
        ssh.start(
            "-M", "-S", control.toString(), "-R", any, "-R", forward("/web"), "--", "hello")) {
      master.awaitStdout("\r\n");
      try (OpenSsh.Running add =
          ssh.start("-S", control.toString(), "-O", "forward", "-R", "0:localhost:" + web.port())) {
        assertThat(add.awaitExit()).as(add.stderr()).isZero();
        assertThat(add.stdout().trim()).isEqualTo("20001");
      }
      try (OpenSsh.Running cancel =
          ssh.start("-S", control.toString(), "-O", "cancel", "-R", any)) {
        assertThat(cancel.awaitExit()).as(cancel.stderr()).isZero();
      }
      await().atMost(Duration.ofSeconds(5)).until(() -> status("port-20000-" + id) == 503);
      try (OpenSsh.Running again =
          ssh.start("-S", control.toString(), "-O", "forward", "-R", any)) {
        assertThat(again.awaitExit()).as(again.stderr()).isZero();
        assertThat(again.stdout().trim()).isEqualTo("20002");
      }
      assertThat(status("port-20002-" + id)).isEqualTo(200);
    }
  }

  @Test
  void aClientHasNoMoreConnectionsThanItMay() throws Exception {
    try (OpenSsh.Running one = ssh.start("-R", forward("/a"), "--", "hello");
        OpenSsh.Running two = ssh.start("-R", forward("/b"), "--", "hello");
        OpenSsh.Running three = ssh.start("-R", forward("/c"), "--", "hello")) {
      for (OpenSsh.Running client : List.of(one, two, three)) {
        client.awaitStdout("\r\n");
      }
      try (OpenSsh.Running four = ssh.start("-R", forward("/d"), "--", "hello")) {
        assertThat(four.awaitExit()).isEqualTo(255);
      }
      try (OpenSsh.Running other =
          OpenSsh.withNewKey(folder, gateway.sshAddress().getPort())
              .start("-R", forward("/d"), "--", "hello")) {
        other.awaitStdout("\r\n");
      }
    }
  }

  private static void signal(OpenSsh.Running client, String name) throws Exception {
    Process kill =
        new ProcessBuilder("kill", "-" + name, String.valueOf(client.process().pid())).start();
    assertThat(kill.waitFor()).isZero();
  }

  @Test
  void shellsAndTheRestAreRefused() throws Exception {
    try (OpenSsh.Running shell = ssh.start("-tt")) {
      assertThat(shell.awaitExit()).isEqualTo(255);
    }
    try (OpenSsh.Running command = ssh.start("--", "id")) {
      assertThat(command.awaitExit()).isEqualTo(255);
      assertThat(command.stderr()).contains("exec request failed");
    }
    try (OpenSsh.Running subsystem = ssh.start("-s", "--", "sftp")) {
      assertThat(subsystem.awaitExit()).isEqualTo(255);
    }
    try (OpenSsh.Running direct = ssh.start("-W", "127.0.0.1:" + web.port())) {
      assertThat(direct.awaitExit()).isEqualTo(255);
      assertThat(direct.stderr()).containsIgnoringCase("unknown channel type");
    }
    try (OpenSsh.Running x11 = ssh.start("-X", "-o", "XAuthLocation=/none", "--", "hello")) {
      assertThat(x11.awaitExit()).isZero();
      assertThat(x11.stderr()).contains("X11 forwarding request failed");
    }
    try (OpenSsh.Running password =
        ssh.start("-o", "PubkeyAuthentication=no", "-o", "BatchMode=yes", "--", "hello")) {
      assertThat(password.awaitExit()).isEqualTo(255);
      assertThat(password.stderr()).contains("Permission denied (publickey)");
    }
  }

  @Test
  void aClientHasNoMoreTunnelsThanItMay() throws Exception {
    String[] arguments = new String[2 * 21 + 2];
    for (int i = 0; i < 21; i++) {
      arguments[2 * i] = "-R";
      arguments[2 * i + 1] = forward("/web" + i);
    }
    arguments[42] = "-v";
    arguments[43] = "-N";
    try (OpenSsh.Running refused = ssh.start(arguments)) {
      assertThat(refused.awaitExit()).isEqualTo(255);
      assertThat(refused.stderr()).contains("a client may have 20 tunnels");
    }
    try (OpenSsh.Running one = ssh.start("-R", forward("/web0"), "--", "hello")) {
      one.awaitStdout("\r\n");
    }
  }

  @Test
  void aServiceThatIsNotThereIsSaid() throws Exception {
    String id = ClientId.of(ssh.publicKey());
    try (OpenSsh.Running client = ssh.start("-R", "/web:127.0.0.1:1", "--", "hello")) {
      client.awaitStdout("\r\n");
      HttpResponse<String> answer = get("web-" + id, "/hello");
      assertThat(answer.statusCode()).isEqualTo(502);
      assertThat(answer.body()).contains("its service does not answer");
    }
    assertThat(status("nobody-" + id)).isEqualTo(404);
  }

  @Test
  void aStoppedGatewayLetsItsClientsGo() throws Exception {
    try (OpenSsh.Running client = ssh.start("-R", forward("/web"), "--", "hello")) {
      client.awaitStdout("\r\n");
      gateway.close();
      assertThat(client.process().waitFor(10, TimeUnit.SECONDS)).isTrue();
    }
  }
}
