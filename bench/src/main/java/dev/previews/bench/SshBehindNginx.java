package dev.previews.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** The same by hand: nginx in front of ports that {@code ssh -R} opens at an sshd. */
final class SshBehindNginx implements AutoCloseable {
  private static final String PROXY =
      """
      proxy_http_version 1.1; proxy_buffering off; proxy_request_buffering off;
          client_max_body_size 0;
      """;

  private final Path directory;
  private final int sshPort;
  private Process sshd;
  private final Process front;
  private final Process client;
  private final int pagePort = Ports.free();
  private final int streamsPort = Ports.free();

  /** Brings both services there; both accept the key. */
  SshBehindNginx(Path directory, Path key, int page, int streams)
      throws IOException, InterruptedException {
    this.directory = Files.createDirectories(directory.resolve("by-hand"));
    this.sshPort = Ports.free();
    Hand.run("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", host().toString());
    Hand.run("mkdir", "-p", "/run/sshd");
    accept(List.of(key));
    sshd = startSshd();
    int pageBack = Ports.free();
    int streamsBack = Ports.free();
    client =
        OpenSshClient.start(
            directory,
            key,
            sshPort,
            "root",
            List.of(
                "127.0.0.1:" + pageBack + ":127.0.0.1:" + page,
                "127.0.0.1:" + streamsBack + ":127.0.0.1:" + streams));
    front =
        Nginx.start(
            this.directory.resolve("front"),
            """
              upstream page { server 127.0.0.1:%d; keepalive 256; keepalive_requests 100000000; }
              server {
                listen 127.0.0.1:%d backlog=1024; keepalive_requests 100000000;
                location / { %s proxy_set_header Connection ""; proxy_pass http://page; }
              }
              server {
                listen 127.0.0.1:%d backlog=1024;
                location / { %s proxy_pass http://127.0.0.1:%d; }
                location /ws {
                  %s proxy_set_header Upgrade $http_upgrade; proxy_set_header Connection Upgrade;
                  proxy_read_timeout 1h; proxy_pass http://127.0.0.1:%d;
                }
              }
            """
                .formatted(
                    pageBack,
                    pagePort,
                    PROXY,
                    streamsPort,
                    PROXY,
                    streamsBack,
                    PROXY,
                    streamsBack));
    Ports.await(pageBack);
    Ports.await(streamsBack);
    Ports.await(pagePort);
  }

  private Path host() {
    return directory.resolve("host");
  }

  /** Replaces the keys that may log in. */
  void accept(List<Path> keys) throws IOException {
    List<String> lines = new ArrayList<>();
    for (Path key : keys) {
      lines.add(Files.readString(Path.of(key + ".pub")).strip());
    }
    Files.write(directory.resolve("keys"), lines);
  }

  private Process startSshd() throws IOException {
    Path config =
        Files.writeString(
            directory.resolve("sshd_config"),
            """
            Port %d
            ListenAddress 127.0.0.1
            HostKey %s
            AuthorizedKeysFile %s
            PidFile none
            StrictModes no
            UsePAM no
            PermitRootLogin prohibit-password
            MaxStartups 1000
            """
                .formatted(sshPort, host(), directory.resolve("keys")));
    return new ProcessBuilder("/usr/sbin/sshd", "-D", "-e", "-f", config.toString())
        .redirectErrorStream(true)
        .redirectOutput(directory.resolve("sshd.log").toFile())
        .start();
  }

  int sshPort() {
    return sshPort;
  }

  Way way() {
    return new Way("ssh -R behind nginx", pagePort, "127.0.0.1", streamsPort, "127.0.0.1");
  }

  /** Kilobytes of nginx and of sshd. */
  long kilobytes() {
    return Resident.kilobytes(front.toHandle()) + sshdKilobytes();
  }

  /** Kilobytes of sshd and of its processes for connections. */
  long sshdKilobytes() {
    return Resident.kilobytes(sshd.toHandle());
  }

  /** Kills sshd with all its connections, and starts it again. */
  void restartSshd() throws IOException, InterruptedException {
    Processes.kill(sshd);
    sshd = startSshd();
  }

  @Override
  public void close() {
    Processes.kill(client);
    Processes.kill(front);
    Processes.kill(sshd);
  }
}
