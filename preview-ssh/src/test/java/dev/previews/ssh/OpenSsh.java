package dev.previews.ssh;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** OpenSSH's own client. */
record OpenSsh(String host, Path key, Path knownHosts) {
  List<String> argv(String script) {
    List<String> argv = new ArrayList<>(List.of("ssh", "-F", "none", "-o", "BatchMode=yes"));
    argv.addAll(List.of("-o", "UserKnownHostsFile=" + knownHosts, "-i", key.toString()));
    argv.addAll(List.of(host, script));
    return argv;
  }

  /** Runs a shell script there. */
  String run(String script) throws IOException, InterruptedException {
    return Lab.run(argv(script));
  }
}
