package dev.previews.docker;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.UUID;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/** An engine in a privileged container, for the tests of a class; busybox is there. */
final class RemoteEngine implements BeforeAllCallback, AfterAllCallback {
  private final String name = "remote-engine-" + UUID.randomUUID().toString().substring(0, 8);
  private LocalPlace place = LocalPlace.shared();
  private boolean created;

  LocalPlace place() {
    return place;
  }

  @Override
  public void beforeAll(ExtensionContext context) throws Exception {
    place.require();
    created = true;
    DockerCli.run(
        "run",
        "--detach",
        "--privileged",
        "--name=" + name,
        "--publish=127.0.0.1::2375",
        "--entrypoint=dockerd",
        LocalPlace.machineImage(),
        "--host=tcp://0.0.0.0:2375",
        "--tls=false");
    LocalPlace remote = LocalPlace.at("tcp://" + DockerCli.run("port", name, "2375/tcp"));
    Awaitility.await().ignoreExceptions().until(() -> !remote.docker("version").isEmpty());
    Path archive = Files.createTempFile("busybox", ".tar");
    try {
      DockerCli.run("save", "--output", archive.toString(), LocalPlace.busybox());
      remote.docker("load", "--input", archive.toString());
    } finally {
      Files.delete(archive);
    }
    place = remote;
  }

  @Override
  public void afterAll(ExtensionContext context) throws Exception {
    if (created) {
      DockerCli.run("rm", "--force", "--volumes", name);
    }
  }
}
