package dev.previews.bench;

import java.io.IOException;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * Measures the gateway with the real agent beside the same services asked directly and beside
 * {@code ssh -R} behind nginx, in one run: {@code GatewayBench [rounds] [seconds of each load]}.
 */
final class GatewayBench {
  private static final long STREAM = 1_000_000_000;
  private static final int SOCKETS = 1000;
  private static final int CLIENTS = 200;
  private static final int TUNNELS_EACH = 5;
  private static final int FIRST_PORT = 21_000;

  private final int rounds;
  private final int seconds;
  private final Path directory;
  private final List<String> rows = new ArrayList<>();

  private GatewayBench(int rounds, int seconds, Path directory) {
    this.rounds = rounds;
    this.seconds = seconds;
    this.directory = directory;
  }

  public static void main(String[] arguments) throws Exception {
    int rounds = arguments.length > 0 ? Integer.parseInt(arguments[0]) : 3;
    int seconds = arguments.length > 1 ? Integer.parseInt(arguments[1]) : 5;
    Path directory = Files.createTempDirectory("gateway-bench");
    directory.toFile().setExecutable(true, false); // nginx' workers are another user
    GatewayBench bench = new GatewayBench(rounds, seconds, directory);
    try {
      bench.run();
    } finally {
      bench.print();
      Hand.run("rm", "-rf", directory.toString());
    }
  }

  private void print() {
    System.out.println("| what | gateway | direct | ssh -R behind nginx | target | |");
    System.out.println("|---|---|---|---|---|---|");
    rows.forEach(System.out::println);
  }

  private void row(
      String what, String ours, String direct, String byHand, String target, boolean met) {
    String row =
        String.join(
            " | ", "| " + what, ours, direct, byHand, target, met ? "met |" : "**missed** |");
    rows.add(row);
    System.err.println(row);
  }

  private static String text(double value, String unit) {
    return String.format(Locale.ROOT, value < 10 ? "%.2f%s" : "%.0f%s", value, unit);
  }

  private void run() throws Exception {
    Path site = Files.createDirectories(directory.resolve("site"));
    Files.writeString(site.resolve("page"), "0123456789abcdef".repeat(64));
    int page = Ports.free();
    Process nginx =
        Nginx.start(
            directory.resolve("service"),
            "server { listen 127.0.0.1:%d backlog=1024; root %s; keepalive_requests 100000000; }\n"
                .formatted(page, site));
    Path key = key("bench");
    try (StreamService streams = new StreamService(STREAM)) {
      Ports.await(page);
      Way direct = new Way("direct", page, "127.0.0.1", streams.port(), "127.0.0.1");
      try (SshBehindNginx byHand = new SshBehindNginx(directory, key, page, streams.port())) {
        loaded(key, direct, byHand, page, streams.port());
        many(byHand, page);
      }
    } finally {
      Processes.kill(nginx);
    }
  }

  private void loaded(Path key, Way direct, SshBehindNginx byHand, int page, int streams)
      throws Exception {
    String image = System.getenv("PREVIEW_LAB_DOCKER_MACHINE_IMAGE");
    try (GatewayProcess gateway = new GatewayProcess(directory.resolve("loaded"))) {
      try (AgentContainer agent =
          new AgentContainer(
              directory, image, key, hostKey(gateway), gateway.ssh(), page, streams)) {
        gateway.awaitTunnels(2);
        Way ours = gateway.way(key);
        for (int connections : new int[] {16, 256, 1}) {
          ours.load(connections, Math.max(seconds, 5)); // the compiler's time
        }
        requests(direct, byHand.way(), ours);
        slowRequests(direct, byHand.way(), ours);
        throughput(direct, byHand.way(), ours);
        webSockets(byHand, gateway, agent, ours);
        row(
            "gateway, resident after the load",
            text(gateway.kilobytes() / 1000.0, " MB"),
            "",
            text(byHand.kilobytes() / 1000.0, " MB"),
            "≤ 128 MB",
            gateway.kilobytes() <= 128_000);
        row(
            "agent, all its processes, resident after the load",
            text(agent.kilobytes() / 1000.0, " MB"),
            "",
            "",
            "≤ 16 MB",
            agent.kilobytes() <= 16_000);
      }
    }
  }

  private static String hostKey(GatewayProcess gateway) throws IOException {
    Process keygen =
        new ProcessBuilder("ssh-keygen", "-y", "-f", gateway.hostKey().toString()).start();
    return new String(keygen.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
  }

  private Path key(String name) throws IOException, InterruptedException {
    Path key = directory.resolve("key-" + name);
    Hand.run("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", name, "-f", key.toString());
    return key;
  }

  private void requests(Way direct, Way byHand, Way ours) throws Exception {
    for (int connections : new int[] {1, 16, 32, 256}) {
      List<Wrk> directRuns = new ArrayList<>();
      List<Wrk> handRuns = new ArrayList<>();
      List<Wrk> ownRuns = new ArrayList<>();
      for (int i = 0; i < rounds; i++) {
        directRuns.add(direct.load(connections, seconds));
        handRuns.add(byHand.load(connections, seconds));
        ownRuns.add(ours.load(connections, seconds));
      }
      Wrk base = Wrk.median(directRuns);
      Wrk hand = Wrk.median(handRuns);
      Wrk own = Wrk.median(ownRuns);
      String what =
          "1 KB page, " + connections + (connections == 1 ? " connection" : " connections");
      row(
          what + ", requests/s",
          text(own.perSecond(), ""),
          text(base.perSecond(), ""),
          text(hand.perSecond(), ""),
          "≥ 5/9 of direct at 16",
          connections != 16 || own.perSecond() >= base.perSecond() * 5 / 9);
      row(
          what + ", p50",
          text(own.p50(), " ms"),
          text(base.p50(), " ms"),
          text(hand.p50(), " ms"),
          "≤ 1 ms at 1",
          connections != 1 || own.p50() <= 1);
      row(
          what + ", p99",
          text(own.p99(), " ms"),
          text(base.p99(), " ms"),
          text(hand.p99(), " ms"),
          "≤ 5 × direct",
          own.p99() <= 5 * base.p99());
    }
  }

  /** Of a service that gives as many as the target was set for. */
  private void slowRequests(Way direct, Way byHand, Way ours) throws Exception {
    List<Wrk> directRuns = new ArrayList<>();
    List<Wrk> handRuns = new ArrayList<>();
    List<Wrk> ownRuns = new ArrayList<>();
    for (int i = 0; i < rounds; i++) {
      directRuns.add(direct.loadSlow(16, seconds));
      handRuns.add(byHand.loadSlow(16, seconds));
      ownRuns.add(ours.loadSlow(16, seconds));
    }
    Wrk own = Wrk.median(ownRuns);
    row(
        "1 KB page that takes 1.7 ms, 16 connections, requests/s",
        text(own.perSecond(), ""),
        text(Wrk.median(directRuns).perSecond(), ""),
        text(Wrk.median(handRuns).perSecond(), ""),
        "≥ 5000",
        own.perSecond() >= 5000);
  }

  private interface Rate {
    double of(Way way) throws IOException;
  }

  private void throughput(Way direct, Way byHand, Way ours) throws IOException {
    Map<String, Rate> kinds = new LinkedHashMap<>();
    kinds.put("download of 1 GB", way -> way.download(STREAM));
    kinds.put("upload of 1 GB", way -> way.upload(STREAM));
    for (Map.Entry<String, Rate> kind : kinds.entrySet()) {
      double base = 0;
      double hand = 0;
      double own = 0;
      for (int i = 0; i < 2; i++) { // the better of two
        base = Math.max(base, kind.getValue().of(direct));
        hand = Math.max(hand, kind.getValue().of(byHand));
        own = Math.max(own, kind.getValue().of(ours));
      }
      row(
          kind.getKey(),
          text(own, " MB/s"),
          text(base, " MB/s"),
          text(hand, " MB/s"),
          "≥ 0.9 of ssh -R",
          own >= 0.9 * hand);
    }
  }

  private void webSockets(
      SshBehindNginx byHand, GatewayProcess gateway, AgentContainer agent, Way ours)
      throws Exception {
    long before = gateway.kilobytes();
    long agentBefore = agent.kilobytes();
    long handBefore = byHand.kilobytes();
    List<Socket> own = ours.webSockets(SOCKETS);
    List<Socket> hand = byHand.way().webSockets(SOCKETS);
    Thread.sleep(2000);
    double each = (gateway.kilobytes() - before) / (double) SOCKETS;
    double agentEach = (agent.kilobytes() - agentBefore) / (double) SOCKETS;
    row(
        SOCKETS + " idle WebSockets, each",
        text(each, " KB") + " (agent " + text(agentEach, " KB") + ")",
        "",
        text((byHand.kilobytes() - handBefore) / (double) SOCKETS, " KB"),
        "≤ 64 KB",
        each <= 64);
    for (Socket socket : own) {
      socket.close();
    }
    for (Socket socket : hand) {
      socket.close();
    }
  }

  private void many(SshBehindNginx byHand, int page) throws Exception {
    int tunnels = CLIENTS * TUNNELS_EACH;
    List<Path> keys = new ArrayList<>();
    for (int i = 0; i < CLIENTS; i++) {
      keys.add(key("many-" + i));
    }
    double[] hand = manyByHand(byHand, keys, page);
    List<Process> clients = new ArrayList<>();
    try (GatewayProcess gateway = new GatewayProcess(directory.resolve("many"))) {
      long before = gateway.kilobytes();
      for (int i = 0; i < CLIENTS; i++) {
        List<String> forwards = new ArrayList<>();
        for (int j = 0; j < TUNNELS_EACH; j++) {
          forwards.add("/t" + j + ":127.0.0.1:" + page);
        }
        clients.add(OpenSshClient.start(directory, keys.get(i), gateway.ssh(), "e" + i, forwards));
      }
      gateway.awaitTunnels(tunnels);
      Thread.sleep(2000);
      double each = (gateway.kilobytes() - before) / (double) tunnels;
      long start = System.nanoTime();
      gateway.restart();
      gateway.awaitTunnels(tunnels);
      double back = (System.nanoTime() - start) / 1e9;
      row(
          tunnels + " tunnels of " + CLIENTS + " clients, each",
          text(each, " KB"),
          "",
          text(hand[0], " KB"),
          "",
          true);
      row(
          "all of them back after a kill",
          text(back, " s"),
          "",
          text(hand[1], " s"),
          "≤ 15 s",
          back <= 15);
      row(
          "gateway with all of them, resident",
          text(gateway.kilobytes() / 1000.0, " MB"),
          "",
          "",
          "≤ 128 MB",
          gateway.kilobytes() <= 128_000);
    } finally {
      clients.forEach(Processes::kill);
    }
  }

  /** Kilobytes of each tunnel, and seconds until all are back. */
  private double[] manyByHand(SshBehindNginx byHand, List<Path> keys, int page) throws Exception {
    List<Process> clients = new ArrayList<>();
    byHand.accept(keys);
    try {
      long before = byHand.sshdKilobytes();
      for (int i = 0; i < CLIENTS; i++) {
        List<String> forwards = new ArrayList<>();
        for (int j = 0; j < TUNNELS_EACH; j++) {
          int port = FIRST_PORT + i * TUNNELS_EACH + j;
          forwards.add("127.0.0.1:" + port + ":127.0.0.1:" + page);
        }
        clients.add(
            OpenSshClient.start(directory, keys.get(i), byHand.sshPort(), "root", forwards));
      }
      awaitPorts();
      Thread.sleep(2000);
      double each = (byHand.sshdKilobytes() - before) / (double) (CLIENTS * TUNNELS_EACH);
      long start = System.nanoTime();
      byHand.restartSshd();
      awaitPorts();
      return new double[] {each, (System.nanoTime() - start) / 1e9};
    } finally {
      clients.forEach(Processes::kill);
    }
  }

  /** Waits until each of the ports is listened on, as the kernel says. */
  private static void awaitPorts() throws IOException, InterruptedException {
    int wanted = CLIENTS * TUNNELS_EACH;
    long end = System.nanoTime() + 300_000_000_000L;
    long open = 0;
    while (open < wanted) {
      if (System.nanoTime() > end) {
        throw new IOException("only " + open + " ports of " + wanted);
      }
      Thread.sleep(50);
      open =
          Files.readAllLines(Path.of("/proc/net/tcp")).stream()
              .skip(1)
              .map(line -> line.strip().split(" +"))
              .filter(words -> words[3].equals("0A"))
              .mapToInt(words -> Integer.parseInt(words[1].split(":")[1], 16))
              .filter(port -> port >= FIRST_PORT && port < FIRST_PORT + wanted)
              .count();
    }
  }
}
