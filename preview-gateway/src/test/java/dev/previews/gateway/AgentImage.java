package dev.previews.gateway;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * An image with busybox and this machine's OpenSSH client and nothing else: as small as can be sent
 * to any engine, and with busybox's own {@code nc} and {@code ssl_client} instead of {@code
 * openssl}. Closing it removes it.
 */
record AgentImage(String name) implements AutoCloseable {
  static AgentImage build(Path folder) throws IOException {
    return build(folder, "/usr/bin/ssh");
  }

  /** One with this machine's {@code openssl}, too. */
  static AgentImage withOpenssl(Path folder) throws IOException {
    return build(folder, "/usr/bin/ssh", "/usr/bin/openssl");
  }

  private static AgentImage build(Path folder, String... programs) throws IOException {
    Path root = folder.resolve("image");
    for (String program : programs) {
      copy(Path.of(program), root);
      Matcher library = Pattern.compile("(/\\S+) \\(0x").matcher(LocalGateway.run("ldd", program));
      while (library.find()) {
        copy(Path.of(library.group(1)), root);
      }
    }
    Files.createDirectories(root.resolve("etc"));
    Files.writeString(root.resolve("etc/passwd"), "root:x:0:0:root:/:/bin/sh\n");
    String name = "preview-agent-it:" + ProcessHandle.current().pid();
    String busybox = LocalGateway.run("docker", "create", EnvironmentIT.BUSYBOX).strip();
    try {
      LocalGateway.run("docker", "cp", root + "/.", busybox + ":/");
      LocalGateway.run("docker", "commit", busybox, name);
    } finally {
      LocalGateway.run("docker", "rm", busybox);
    }
    return new AgentImage(name);
  }

  private static void copy(Path file, Path root) throws IOException {
    Path target = root.resolve(file.toString().substring(1));
    Files.createDirectories(target.getParent());
    Files.copy(file, target, StandardCopyOption.REPLACE_EXISTING);
  }

  @Override
  public void close() throws IOException {
    LocalGateway.run("docker", "image", "rm", name);
  }
}
