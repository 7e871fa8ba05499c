package dev.previews.ssh.vm;

import dev.previews.error.RemoteCommandException;
import dev.previews.exec.Command;
import dev.previews.exec.Execution;
import dev.previews.spi.Connection;
import dev.previews.spi.Context;
import dev.previews.ssh.connection.ReportedOutput;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.stream.Collectors;

/** What is done once to a new machine. */
final class Customisation {
  private static final String SCRIPT = read();

  private final List<String> scripts;

  Customisation(List<String> scripts) {
    this.scripts = scripts;
  }

  private static String read() {
    try (InputStream script = Customisation.class.getResourceAsStream("customise.sh")) {
      return new String(
          Objects.requireNonNull(script, "customise.sh").readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  boolean isEmpty() {
    return scripts.isEmpty();
  }

  /** The settings with what this adds to them. */
  Map<String, String> settings(Map<String, String> provider) {
    Map<String, String> all = new TreeMap<>(provider);
    if (!scripts.isEmpty()) {
      all.put("customisation", digest(String.join("\0", scripts)));
    }
    return all;
  }

  /** The snapshot that machines with these settings share. */
  static String snapshot(Map<String, String> settings) {
    return "preview-" + digest(new TreeMap<>(settings).toString());
  }

  private static String digest(String text) {
    try {
      byte[] hash =
          MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
      return HexFormat.of().formatHex(hash, 0, 8);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has SHA-256", e);
    }
  }

  /** Runs the scripts, if that has not been done; safe from several processes at once. */
  void run(VirtualMachine machine, Connection connection, Context call) {
    if (scripts.isEmpty()) {
      return;
    }
    ReportedOutput output = ReportedOutput.of(call);
    byte[] text = script().getBytes(StandardCharsets.UTF_8);
    Command command =
        Command.of("sh", "-c", SCRIPT, "customise")
            .stdin(to -> to.write(text))
            .stdout(output)
            .stderr(output.beside())
            .timeout(call.deadline().remaining());
    try (Execution execution = connection.exec(command)) {
      int code = execution.await();
      if (code != 0) {
        throw new RemoteCommandException(
            "the customisation of the " + machine + " failed with exit code " + code,
            output.last(),
            null);
      }
    }
  }

  /** A shell for each, so that none ends or moves the next. */
  private String script() {
    return scripts.stream()
        .map(script -> "sh -ec '" + script.replace("'", "'\\''") + "'\n")
        .collect(Collectors.joining());
  }
}
