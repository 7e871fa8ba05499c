package dev.previews.bench;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * OpenSSH's client with forwards, started again whenever it ends, later each time, as the agent.
 */
final class OpenSshClient {
  private static final String AGAIN =
      "delay=1; while :; do \"$@\"; sleep $delay; delay=$((delay < 8 ? delay * 2 : 15)); done";

  private OpenSshClient() {}

  static Process start(Path directory, Path key, int port, String user, List<String> forwards)
      throws IOException {
    List<String> argv =
        new ArrayList<>(
            List.of(
                "sh", "-c", AGAIN, "sh", "ssh", "-F", "none", "-N", "-T", "-i", key.toString()));
    for (String option :
        List.of(
            "IdentitiesOnly=yes",
            "BatchMode=yes",
            "StrictHostKeyChecking=no",
            "UserKnownHostsFile=/dev/null",
            "LogLevel=ERROR",
            "ExitOnForwardFailure=yes",
            "ConnectTimeout=15")) {
      argv.addAll(List.of("-o", option));
    }
    forwards.forEach(forward -> argv.addAll(List.of("-R", forward)));
    argv.addAll(List.of("-p", Integer.toString(port), "-l", user, "127.0.0.1"));
    return new ProcessBuilder(argv)
        .redirectErrorStream(true)
        .redirectOutput(
            ProcessBuilder.Redirect.appendTo(directory.resolve("ssh-" + user + ".log").toFile()))
        .start();
  }
}
