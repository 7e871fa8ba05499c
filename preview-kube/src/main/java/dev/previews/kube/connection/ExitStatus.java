package dev.previews.kube.connection;

import dev.previews.kube.cluster.Cluster;
import dev.previews.kube.cluster.KubeObject;
import java.util.Optional;

/**
 * What the status channel said at the end.
 *
 * @param code the exit code; empty when the command was not started
 * @param message what the server said
 */
record ExitStatus(Optional<Integer> code, String message) {
  static ExitStatus parse(String json) {
    KubeObject status = Cluster.parse(json);
    if (status.text("status").equals("Success")) {
      return new ExitStatus(Optional.of(0), "");
    }
    Optional<Integer> code =
        status.objects("details", "causes").stream()
            .filter(it -> it.text("reason").equals("ExitCode"))
            .map(it -> Integer.valueOf(it.text("message")))
            .findFirst();
    String message = status.text("message");
    return new ExitStatus(code, message.isEmpty() ? json : message);
  }
}
