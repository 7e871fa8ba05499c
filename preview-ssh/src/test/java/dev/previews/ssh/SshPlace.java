package dev.previews.ssh;

import dev.previews.machines.TestImages;
import dev.previews.spi.Labels;
import dev.previews.spi.Machine;
import dev.previews.testkit.Place;
import java.io.IOException;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/** A machine with sshd and an engine, or a pool of such. */
final class SshPlace implements Place {
  private static final String LEFTOVERS =
      """
      ours() { grep -e preview-ID -e ' ID$' | cut -d ' ' -f 1,2; }
      docker ps --all --format 'container {{.Names}} {{.Label "LABEL"}}' | ours
      docker network ls --format 'network {{.Name}} {{.Label "LABEL"}}' | ours
      docker volume ls --format 'volume {{.Name}} {{.Label "LABEL"}}' | ours
      docker image ls --format 'image {{.Repository}}:{{.Tag}}' --filter label=LABEL=ID
      ls -d /root/.previews/ID /home/*/.previews/ID 2>/dev/null
      true
      """;

  private final List<OpenSsh> machines;
  private final String options;
  private final Killer killer;

  SshPlace(OpenSsh ssh, String options, Killer killer) {
    this(List.of(ssh), options, killer);
  }

  private SshPlace(List<OpenSsh> machines, String options, Killer killer) {
    this.machines = machines;
    this.options = options;
    this.killer = killer;
  }

  /** The lab's first machine, which others use as well: it is not killed. */
  static SshPlace lab() {
    return lab(0);
  }

  /** One of the lab's machines, which others use as well: it is not killed. */
  static SshPlace lab(int index) {
    return lab(Lab.hosts().subList(index, index + 1));
  }

  /** All machines of the lab, as a pool. */
  static SshPlace pool() {
    return lab(Lab.hosts());
  }

  private static SshPlace lab(List<String> hosts) {
    return new SshPlace(
        hosts.stream()
            .map(host -> new OpenSsh("root@" + host, Lab.key(), Lab.knownHosts()))
            .toList(),
        "",
        () -> {
          throw new AssertionError("the lab's machines are not ours to kill");
        });
  }

  /** Kills the machine. */
  interface Killer {
    void kill() throws Exception;
  }

  static String encoded(Path file) {
    return URLEncoder.encode(file.toString(), StandardCharsets.UTF_8);
  }

  @Override
  public String driver() {
    return "ssh://"
        + machines.stream().map(OpenSsh::host).collect(Collectors.joining(","))
        + "?config=/dev/null&identity="
        + encoded(machines.get(0).key())
        + "&knownHosts="
        + encoded(machines.get(0).knownHosts())
        + options;
  }

  @Override
  public String image() {
    return TestImages.busybox();
  }

  @Override
  public void require() throws Exception {
    for (OpenSsh machine : machines) {
      machine.run("docker version");
    }
  }

  @Override
  public List<String> leftovers(String environmentId) throws IOException, InterruptedException {
    String script = LEFTOVERS.replace("LABEL", Labels.ENVIRONMENT).replace("ID", environmentId);
    Set<String> found = new LinkedHashSet<>();
    for (OpenSsh machine : machines) {
      machine.run(script).lines().filter(line -> !line.isBlank()).forEach(found::add);
    }
    return List.copyOf(found);
  }

  @Override
  public void kill(Machine machine) throws Exception {
    killer.kill();
  }
}
