package dev.previews.kube.cluster;

import dev.previews.error.PreviewException;
import dev.previews.error.RemoteCommandException;
import java.time.Instant;

/**
 * What the API server said to one request.
 *
 * @param server which server
 * @param request the request's method and path
 * @param status the HTTP status
 * @param body the JSON; empty where there was none
 * @param time when, by the server's clock, to the second
 */
public record Answer(String server, String request, int status, KubeObject body, Instant time) {
  /** Whether it is a success. */
  public boolean ok() {
    return status >= 200 && status < 300;
  }

  /** Whether the object is not there. */
  public boolean notFound() {
    return status == 404;
  }

  /** The body of a success. */
  public KubeObject orThrow() {
    if (!ok()) {
      throw failure();
    }
    return body;
  }

  /** The failure that this answer is. */
  public PreviewException failure() {
    String said = body.text("message").isEmpty() ? "HTTP status " + status : body.text("message");
    String remedy =
        switch (status) {
          case 401 -> ": the credentials of the kubeconfig are not accepted, log in again";
          case 403 ->
              said.contains("being terminated")
                  ? ""
                  : ": a role is missing, see rbac.yaml of preview-kube";
          default -> "";
        };
    return new RemoteCommandException(
        "the Kubernetes API server " + server + " refused " + request + remedy, said, null);
  }
}
