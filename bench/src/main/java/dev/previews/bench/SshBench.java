package dev.previews.bench;

import dev.previews.Previews;
import dev.previews.environment.EnvironmentId;
import dev.previews.environment.VolumePolicy;
import dev.previews.exec.Deadline;
import dev.previews.progress.ProgressEvent;
import dev.previews.progress.Step;
import dev.previews.spi.Connection;
import dev.previews.spi.Context;
import dev.previews.spi.Driver;
import dev.previews.spi.DuplexStream;
import dev.previews.spi.Endpoint;
import dev.previews.spi.Machine;
import dev.previews.spi.MachineSpec;
import dev.previews.ssh.Ssh;
import dev.previews.ssh.config.HostName;
import dev.previews.ssh.config.HostSettings;
import dev.previews.ssh.config.SshOptions;
import dev.previews.ssh.link.Session;
import dev.previews.ssh.link.SshHost;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Measures a machine of the lab over SSH beside OpenSSH's own client, in one run: {@code SshBench
 * [how often] [milliseconds of one-way delay …] [big=<MB>]}. The delay is added by a relay in front
 * of sshd, to both alike.
 */
final class SshBench {
  private static final String IMAGE = "busybox:local";
  private static final String ID = "sshbench";
  private static final int PORT = 17_777;
  private static final String BIG = "big=";

  private final int runs;
  private final int delay;
  private final int port;
  private final Path directory;
  private final Path key = Path.of(System.getenv("PREVIEW_LAB_SSH_KEY"));
  private final Path known;
  private final Table table;

  private SshBench(int runs, int delay, int port, Path directory, Table table) throws IOException {
    this.runs = runs;
    this.delay = delay;
    this.port = port;
    this.directory = directory;
    this.table = table;
    this.known = Files.createTempFile(directory, "known", "");
  }

  public static void main(String[] arguments) throws Exception {
    int runs = arguments.length > 0 ? Integer.parseInt(arguments[0]) : 3;
    List<Integer> delays = new ArrayList<>();
    int big = 0;
    for (int i = 1; i < arguments.length; i++) {
      if (arguments[i].startsWith(BIG)) {
        big = Integer.parseInt(arguments[i].substring(BIG.length()));
      } else {
        delays.add(Integer.parseInt(arguments[i]));
      }
    }
    Path directory = Files.createTempDirectory("ssh-bench");
    Table table = new Table();
    String machine = System.getenv("PREVIEW_LAB_SSH_HOSTS").split(",")[0];
    try {
      for (int delay : delays.isEmpty() ? List.of(0, 50, 150) : delays) {
        try (DelayRelay relay = new DelayRelay(machine, 22, delay)) {
          // A gigabyte takes minutes where the window is what limits it.
          int megabytes = big > 0 ? big : delay == 0 ? 1000 : 200;
          new SshBench(runs, delay, relay.port(), directory, table).run(megabytes);
        }
      }
    } finally {
      Hand.run("rm", "-rf", directory.toString());
    }
    if (!table.print()) {
      System.exit(1);
    }
  }

  private void run(int megabytes) throws Exception {
    Hand.run(ssh("true")); // its key is written down
    firstExec();
    throughput();
    copy("5,000 files, 50 MB", manyFiles());
    copy("one file of " + megabytes + " MB", bigFile(megabytes));
    if (delay == 0) {
      sixty();
    }
  }

  private String label(String what) {
    return what + (delay == 0 ? "" : ", " + delay + " ms away");
  }

  private String[] ssh(String... command) {
    return ssh(List.of(), command);
  }

  private String[] ssh(List<String> options, String... command) {
    List<String> argv = new ArrayList<>(List.of("ssh", "-F", "none", "-o", "BatchMode=yes"));
    argv.addAll(List.of("-o", "StrictHostKeyChecking=accept-new"));
    argv.addAll(List.of("-o", "UserKnownHostsFile=" + known, "-i", key.toString()));
    argv.addAll(options);
    argv.addAll(List.of("-p", Integer.toString(port), "root@127.0.0.1"));
    argv.addAll(List.of(command));
    return argv.toArray(String[]::new);
  }

  private Ssh driver() {
    return Ssh.ssh("root@127.0.0.1:" + port)
        .config(Path.of("/dev/null"))
        .identity(key)
        .knownHosts(known);
  }

  private void firstExec() throws Exception {
    List<Double> ours = new ArrayList<>();
    List<Double> whole = new ArrayList<>();
    List<Double> hand = new ArrayList<>();
    HostSettings settings =
        HostSettings.resolve(
            HostName.parse("root@127.0.0.1:" + port),
            SshOptions.usual(directory)
                .with(
                    draft -> {
                      draft.configFiles = List.of();
                      draft.identities = List.of(key);
                      draft.knownHosts = known;
                    }));
    for (int i = 0; i <= 2 * runs; i++) {
      double one = seconds(() -> exec(settings));
      double driven =
          seconds(
              () -> {
                try (Driver driver = driver().open(context())) {
                  driver.list(context());
                }
              });
      if (i > 0) { // the first one is the JVM's
        ours.add(one);
        whole.add(driven);
        hand.add(Hand.run(ssh("true")));
      }
    }
    table.row(label("connect and first exec"), ours, "ssh host true", hand, Target.times(1.5));
    table.row(
        label("driver opened, machine checked, listed"), whole, "ssh host true", hand, Target.NONE);
  }

  private static void exec(HostSettings settings) throws IOException {
    try (SshHost host = new SshHost(settings);
        Session session = host.session("true", new byte[0], Deadline.in(Duration.ofMinutes(1)))) {
      session.over().toCompletableFuture().join();
    }
  }

  private void throughput() throws Exception {
    long bytes = delay == 0 ? 500_000_000 : 30_000_000;
    Hand.run(
        ssh(
            "docker rm -f bench-zero >/dev/null 2>&1; docker run -d --name bench-zero -p 127.0.0.1:"
                + PORT
                + ":7000 "
                + IMAGE
                + " nc -ll -p 7000 -e cat /dev/zero"));
    List<Double> ours = new ArrayList<>();
    List<Double> hand = new ArrayList<>();
    int local = 27_777;
    String tunnel = "127.0.0.1:" + local + ":127.0.0.1:" + PORT;
    Process forward = new ProcessBuilder(ssh(List.of("-N", "-L", tunnel))).start();
    try (Driver driver = driver().open(context())) {
      EnvironmentId id = EnvironmentId.of(ID);
      Machine machine = driver.ensure(MachineSpec.of(id, "bench"), context());
      try (Connection connection = driver.connect(machine, context())) {
        awaitPort(local);
        for (int i = 0; i < runs; i++) {
          ours.add(
              seconds(
                  () -> {
                    try (DuplexStream stream = connection.dial(Endpoint.loopback(PORT))) {
                      drain(stream.input(), bytes);
                    }
                  }));
          hand.add(
              seconds(
                  () -> {
                    try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), local)) {
                      drain(socket.getInputStream(), bytes);
                    }
                  }));
        }
      }
      driver.delete(id, VolumePolicy.REMOVE, context());
    } finally {
      forward.destroy();
      forward.waitFor();
      Hand.run(ssh("docker rm -f bench-zero"));
    }
    table.row(
        label(bytes / 1_000_000 + " MB of a dialled port"),
        ours,
        "ssh -L",
        hand,
        Target.times(1 / 0.9));
  }

  private static void awaitPort(int port) {
    Deadline deadline = Deadline.in(Duration.ofSeconds(30));
    while (true) {
      try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
        socket.getInputStream().read();
        return;
      } catch (IOException e) {
        deadline.pause(Duration.ofMillis(100), "ssh -L on port " + port, e::getMessage);
      }
    }
  }

  private static void drain(InputStream input, long bytes) throws IOException {
    byte[] buffer = new byte[64 * 1024];
    long left = bytes;
    while (left > 0) {
      int n = input.read(buffer, 0, (int) Math.min(left, buffer.length));
      if (n < 0) {
        throw new IOException("it ended early");
      }
      left -= n;
    }
  }

  private void copy(String what, Path files) throws Exception {
    Path compose =
        Files.writeString(
            files.resolveSibling("compose.yaml"),
            """
            services:
              web: {image: %s, init: true, command: [sleep, "100000"], volumes: ["./%s:/files"]}
            """
                .formatted(IMAGE, files.getFileName()));
    List<Double> ours = new ArrayList<>();
    List<Double> connected = new ArrayList<>();
    List<Double> whole = new ArrayList<>();
    // Our copy goes over a connection that is there, so one is there for OpenSSH, too.
    Path control = directory.resolve("control");
    Process master = new ProcessBuilder(ssh(List.of("-M", "-N", "-S", control.toString()))).start();
    try {
      List<String> shared = List.of("-S", control.toString());
      awaitMaster(shared);
      for (int i = 0; i < runs; i++) {
        if (i % 2 == 0) {
          ours.add(filesStep(compose));
        }
        connected.add(pipe(files, shared));
        whole.add(pipe(files, List.of()));
        if (i % 2 == 1) {
          ours.add(filesStep(compose));
        }
        previews(Map.of()).down(ID);
      }
    } finally {
      master.destroy();
      master.waitFor();
    }
    String copy = label("first copy of " + what);
    table.row(copy, ours, "tar c | ssh tar x, connected", connected, Target.times(1 / 0.9));
    table.row(copy, ours, "the same with its login", whole, Target.NONE);
  }

  private void awaitMaster(List<String> shared) throws InterruptedException {
    Deadline deadline = Deadline.in(Duration.ofSeconds(30));
    List<String> check = new ArrayList<>(shared);
    check.addAll(List.of("-O", "check"));
    while (true) {
      try {
        Hand.run(ssh(check));
        return;
      } catch (IOException e) {
        deadline.pause(Duration.ofMillis(100), "OpenSSH's shared connection", e::getMessage);
      }
    }
  }

  private double pipe(Path files, List<String> options) throws IOException, InterruptedException {
    Hand.run(ssh("rm -rf /tmp/b; mkdir /tmp/b"));
    String far = String.join(" ", ssh(options, "'tar -C /tmp/b -x'"));
    double took = Hand.run("sh", "-c", "tar -C " + files + " -c . | " + far);
    Hand.run(ssh("rm -rf /tmp/b"));
    return took;
  }

  private double filesStep(Path compose) {
    Map<Step, Duration> took = new ConcurrentHashMap<>();
    previews(took).up(compose).close();
    return took.getOrDefault(Step.FILES, Duration.ZERO).toNanos() / 1e9;
  }

  private Previews previews(Map<Step, Duration> took) {
    return Previews.builder()
        .driver(driver())
        .id(ID)
        .deadline(Duration.ofMinutes(10))
        .progress(
            event -> {
              if (event instanceof ProgressEvent.StepFinished finished
                  && took instanceof ConcurrentHashMap) {
                took.put(finished.step(), finished.took());
              }
            })
        .build();
  }

  private void sixty() throws Exception {
    StringBuilder text = new StringBuilder("name: sixty\nservices:\n");
    for (int i = 0; i < 60; i++) {
      text.append(
          String.format(
              Locale.ROOT,
              "  s%d: {image: %s, init: true, command: [sleep, \"100000\"]}\n",
              i,
              IMAGE));
    }
    Path compose =
        Files.writeString(
            Files.createDirectories(directory.resolve("sixty")).resolve("compose.yaml"), text);
    List<Double> ours = new ArrayList<>();
    List<Double> hand = new ArrayList<>();
    for (int i = 0; i < Math.min(runs, 2); i++) {
      Hand.run("sh", "-c", String.join(" ", ssh("'cat >/tmp/sixty.yaml'")) + " <" + compose);
      hand.add(Hand.run(ssh("docker compose -f /tmp/sixty.yaml up -d --quiet-pull 2>/dev/null")));
      Hand.run(ssh("docker compose -f /tmp/sixty.yaml down -t 0 2>/dev/null"));
      ours.add(seconds(() -> previews(Map.of()).up(compose).close()));
      previews(Map.of()).down(ID);
    }
    table.row("up of 60 services", ours, "docker compose up -d there", hand, Target.times(1.2));
  }

  private Path manyFiles() throws IOException {
    Path files = directory.resolve("many/files");
    if (!Files.exists(files)) {
      byte[] content = new byte[10_000];
      for (int i = 0; i < 5_000; i++) {
        Path folder = files.resolve(String.format(Locale.ROOT, "d%02d", i % 50));
        Files.createDirectories(folder);
        new java.util.Random(i).nextBytes(content);
        Files.write(folder.resolve("file" + i), content);
      }
    }
    return files;
  }

  private Path bigFile(int megabytes) throws IOException {
    Path files = Files.createDirectories(directory.resolve("big" + megabytes + "/files"));
    Path file = files.resolve("big");
    if (!Files.exists(file)) {
      try (OutputStream out = Files.newOutputStream(file)) {
        byte[] block = new byte[1_000_000];
        new java.util.Random(1).nextBytes(block);
        for (int i = 0; i < megabytes; i++) {
          out.write(block);
        }
      }
    }
    return files;
  }

  private static Context context() {
    return Context.within(Duration.ofMinutes(5));
  }

  private static double seconds(Work work) throws Exception {
    long start = System.nanoTime();
    work.run();
    return (System.nanoTime() - start) / 1e9;
  }

  private interface Work {
    void run() throws Exception;
  }
}
