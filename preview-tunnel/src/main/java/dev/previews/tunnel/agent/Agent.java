package dev.previews.tunnel.agent;

import dev.previews.error.ConnectionException;
import dev.previews.error.DeadlineException;
import dev.previews.error.NotFoundException;
import dev.previews.error.PreviewException;
import dev.previews.exec.Command;
import dev.previews.exec.Execution;
import dev.previews.spi.Context;
import dev.previews.spi.Deployment;
import dev.previews.spi.Sidecar;
import dev.previews.tunnel.gateway.GatewayAddress;
import dev.previews.tunnel.keys.TunnelKey;
import dev.previews.tunnel.profile.PrivateFile;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The container that holds an environment's tunnels: the OpenSSH client of an image that has it,
 * driven by a script. What it is to hold is a file of a mounted folder, so that other tunnels do
 * not make another container.
 */
public final class Agent {
  /** What it is called among the services. */
  public static final String NAME = "preview-tunnel";

  private static final String FOLDER = "/preview-tunnel";
  private static final String STATE = "/tmp/preview-tunnel/";
  private static final String CANNOT = "cannot: ";
  private static final Duration LOOK = Duration.ofMillis(150);
  private static final List<String> FILES =
      List.of("key", "known_hosts", "ca.pem", "forwards", "version", "agent.sh");

  private final GatewayAddress gateway;
  private final String image;
  private final String environment;
  private @Nullable Path folder;
  private String version = "";

  /**
   * The agent of an environment.
   *
   * @param image has {@code sh} and OpenSSH's client
   */
  public Agent(GatewayAddress gateway, String image, String environment) {
    this.gateway = gateway;
    this.image = image;
    this.environment = environment;
  }

  /**
   * Writes what the agent reads, and describes it. The files hold a secret: {@link #forget} removes
   * them once they were copied.
   *
   * @param domain where the gateway's URLs are
   * @param hostKey the gateway's
   * @param authorities who may vouch for the gateway's TLS certificate, in PEM; empty for those
   *     that the image knows
   */
  public Sidecar prepare(
      String domain, TunnelKey key, String hostKey, String authorities, List<Forward> forwards) {
    String knownHosts = "gateway " + hostKey + "\n";
    String wanted = lines(forwards);
    version = digest(key.text() + knownHosts + authorities + wanted);
    String script = script();
    try {
      Path made = Files.createTempDirectory("preview-tunnel");
      folder = made;
      PrivateFile.write(made.resolve("agent.sh"), script);
      PrivateFile.write(made.resolve("key"), key.text());
      PrivateFile.write(made.resolve("known_hosts"), knownHosts);
      PrivateFile.write(made.resolve("ca.pem"), authorities);
      PrivateFile.write(made.resolve("forwards"), wanted);
      PrivateFile.write(made.resolve("version"), version + "\n");
      return Sidecar.of(NAME, image, List.of("sh", FOLDER + "/agent.sh"))
          .environment(
              Map.of(
                  "GATEWAY_HOST",
                  gateway.host(),
                  "GATEWAY_DOMAIN",
                  domain,
                  "GATEWAY_PORT",
                  String.valueOf(gateway.port()),
                  "GATEWAY_TLS",
                  gateway.tls() ? "yes" : "no",
                  "GATEWAY_USER",
                  environment,
                  // A container runs the script that it was started with: another makes another.
                  "AGENT",
                  digest(script).substring(0, 12)))
          .folder(FOLDER, made);
    } catch (IOException e) {
      throw new UncheckedIOException("the tunnel agent's files cannot be written", e);
    }
  }

  /** Removes what {@link #prepare} wrote. Harmless when that is gone. */
  public void forget() {
    Path made = folder;
    if (made == null) {
      return;
    }
    try {
      for (String file : FILES) {
        Files.deleteIfExists(made.resolve(file));
      }
      Files.deleteIfExists(made);
    } catch (IOException e) {
      throw new UncheckedIOException("the tunnel agent's files cannot be removed from " + made, e);
    }
    folder = null;
  }

  private static String digest(String text) {
    try {
      byte[] digest =
          MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
      return HexFormat.of().formatHex(digest);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has SHA-256", e);
    }
  }

  private static String lines(List<Forward> forwards) {
    return forwards.stream()
        .sorted(Comparator.comparing(Forward::request))
        .map(Forward::line)
        .collect(Collectors.joining());
  }

  private static String script() {
    try (InputStream in = Agent.class.getResourceAsStream("agent.sh")) {
      return new String(Objects.requireNonNull(in).readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /**
   * Waits until the agent holds exactly the tunnels that were prepared, with the key that was.
   *
   * @throws PreviewException when it does not within the context's deadline, or says that it never
   *     will, with what it said last
   */
  public void await(Deployment deployment, Context context) {
    while (true) {
      List<String> state = state(deployment);
      if (state.get(0).equals(version)) {
        return;
      }
      String said = String.join("\n", state.subList(1, state.size()));
      if (said.startsWith(CANNOT)) {
        throw new ConnectionException(
            "the container '"
                + NAME
                + "' cannot hold the tunnels to "
                + gateway
                + ": "
                + said.substring(CANNOT.length()));
      }
      if (context.deadline().passed()) {
        throw context.deadline().expired("the tunnels to " + gateway, said);
      }
      context.deadline().pause(LOOK, "the tunnels to " + gateway, () -> said);
    }
  }

  /** What the agent holds, in a line; then what it said last. Empty while it cannot be asked. */
  private static List<String> state(Deployment deployment) {
    ByteArrayOutputStream content = new ByteArrayOutputStream();
    Command cat =
        Command.of("sh", "-c", "read -r held < applied; echo \"$held\"; cat said")
            .directory(STATE)
            .stdout(content)
            .timeout(Duration.ofSeconds(20));
    try (Execution execution = deployment.exec(NAME, cat)) {
      if (execution.await() == 0) {
        return List.of(content.toString(StandardCharsets.UTF_8).split("\\R", -1));
      }
    } catch (NotFoundException | ConnectionException | DeadlineException e) {
      // It starts, or starts again, or the machine is busy.
    }
    return List.of("", "the container '" + NAME + "' cannot be asked");
  }
}
