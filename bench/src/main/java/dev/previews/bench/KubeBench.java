package dev.previews.bench;

import dev.previews.Preview;
import dev.previews.Previews;
import dev.previews.kube.Kube;
import dev.previews.progress.ProgressEvent;
import dev.previews.progress.Step;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.IntStream;

/**
 * Measures the lab's cluster, each figure beside the same work done by hand in the same run: raw
 * requests, plain WebSockets, {@code tar} and {@code docker compose}. Arguments: how often each is
 * measured (default 3), the size of the large file in MB (default 1000), and how many environments
 * are brought up at once (default 20; 0 for none).
 */
final class KubeBench {
  private static final String ID = "bench";
  private static final String NAMESPACE = "preview-bench";
  private static final String API = "/api/v1/namespaces/" + NAMESPACE;
  private static final String APPS = "/apis/apps/v1/namespaces/" + NAMESPACE;
  private static final int HEAP = 64; // MB
  private static final int ROUND_TRIPS = 200;
  private static final byte[] MESSAGE = "x".repeat(1024).getBytes(StandardCharsets.US_ASCII);
  private static final String SERVICES =
      """
      services:
        web: {image: %1$s, init: true, command: [httpd, -f, -p, "8080", -h, /], ports: ["8080"]}
        db: {image: %1$s, init: true, command: [sleep, "100000"]}
      """;

  private final int runs;
  private final Path kubeconfig = Path.of(System.getenv("PREVIEW_LAB_KUBECONFIG"));
  private final String image = System.getenv("PREVIEW_LAB_BUSYBOX_IMAGE");
  private final String machineImage =
      "docker.io/library/" + System.getenv("PREVIEW_LAB_MACHINE_IMAGE");
  private final Path directory;
  private final RawCluster raw;
  private final Table table = new Table();

  private KubeBench(int runs, Path directory) throws Exception {
    this.runs = runs;
    this.directory = directory;
    this.raw = new RawCluster(kubeconfig);
  }

  public static void main(String[] arguments) throws Exception {
    int runs = argument(arguments, 0, 3);
    Path directory = Files.createTempDirectory("preview-bench");
    KubeBench bench = new KubeBench(runs, directory);
    bench.raw.request(
        "POST", "/api/v1/namespaces", "{\"metadata\":{\"name\":\"" + NAMESPACE + "\"}}");
    try (PeakHeap heap = new PeakHeap()) {
      bench.up();
      bench.copy("5,000 files, 50 MB", "many", SampleFiles.many(directory));
      int megabytes = argument(arguments, 1, 1000);
      bench.copy("one file of " + megabytes + " MB", "big", SampleFiles.big(directory, megabytes));
      bench.streams();
      bench.together(argument(arguments, 2, 20));
      bench.table.heap("all of it", heap, HEAP);
    } finally {
      bench.raw.request("DELETE", "/api/v1/namespaces/" + NAMESPACE, "");
      Hand.run("rm", "-rf", directory.toString());
    }
    if (!bench.table.print()) {
      System.exit(1);
    }
  }

  private static int argument(String[] arguments, int index, int otherwise) {
    return arguments.length > index ? Integer.parseInt(arguments[index]) : otherwise;
  }

  private Previews previews(String id) {
    return builder(id).build();
  }

  private Previews.Builder builder(String id) {
    Kube kube =
        Kube.kube()
            .kubeconfig(kubeconfig)
            .namespace(NAMESPACE)
            .image(machineImage)
            .storageSize("1Gi");
    return Previews.builder().driver(kube).id(id);
  }

  private Path compose(String name, String text) throws IOException {
    Path folder = Files.createDirectories(directory.resolve(name));
    return Files.writeString(
        folder.resolve("compose.yaml"), String.format(Locale.ROOT, text, image));
  }

  private void up() throws Exception {
    Path compose = compose("up", SERVICES);
    List<Double> cold = new ArrayList<>();
    List<Double> coldByHand = new ArrayList<>();
    List<Double> unchanged = new ArrayList<>();
    List<Double> unchangedByHand = new ArrayList<>();
    List<Double> list = new ArrayList<>();
    List<Double> listByHand = new ArrayList<>();
    List<Double> down = new ArrayList<>();
    List<Double> downByHand = new ArrayList<>();
    for (int i = 0; i < runs; i++) {
      coldByHand.add(seconds(() -> createByHand(compose)));
      unchangedByHand.add(seconds(() -> composeByHand(compose)));
      listByHand.add(seconds(() -> raw.request("GET", APPS + "/statefulsets", "")));
      downByHand.add(seconds(this::deleteByHand));
      cold.add(seconds(() -> previews(ID).up(compose).close()));
      unchanged.add(seconds(() -> previews(ID).up(compose).close()));
      previews(ID).list();
      list.add(seconds(() -> previews(ID).list()));
      down.add(seconds(() -> previews(ID).down(ID)));
    }
    String hand = "API calls, docker compose";
    table.row("cold up, two services", cold, hand, coldByHand, Target.times(1.25));
    table.row(
        "up with nothing changed", unchanged, "compose up -d", unchangedByHand, Target.above(1.5));
    table.row("list", list, "one request", listByHand, Target.atMost(0.15));
    table.row("down, and waiting for it", down, "deletes, and polls", downByHand, Target.NONE);
  }

  private String manifests() throws IOException {
    try (InputStream in = Kube.class.getResourceAsStream("machine.yaml")) {
      return new String(Objects.requireNonNull(in).readAllBytes(), StandardCharsets.UTF_8)
          .replaceAll("(?s)\\{\\{#(each|if).*?\\{\\{/(each|if)\\}\\}", "")
          .replace("{{id}}", "hand")
          .replace("{{namespace}}", NAMESPACE)
          .replace("{{image}}", machineImage)
          .replace("{{cpu}}", "50m")
          .replace("{{memory}}", "128Mi")
          .replace("{{storageSize}}", "1Gi");
    }
  }

  private void createByHand(Path compose) throws Exception {
    String[] objects = manifests().split("\n---\n");
    raw.requestYaml(API + "/services", objects[0]);
    raw.requestYaml(APPS + "/statefulsets", objects[1]);
    until(() -> raw.request("GET", API + "/pods/preview-hand-0", "").contains("\"ready\":true"));
    try (ServerSocket engine = relay()) {
      String host = "tcp://127.0.0.1:" + engine.getLocalPort();
      Hand.run("sh", "-c", "docker save " + image + " | docker -H " + host + " load");
      Hand.run("docker", "-H", host, "compose", "-f", compose.toString(), "up", "-d");
    }
  }

  private void composeByHand(Path compose) throws Exception {
    try (ServerSocket engine = relay()) {
      String host = "tcp://127.0.0.1:" + engine.getLocalPort();
      Hand.run("docker", "-H", host, "compose", "-f", compose.toString(), "up", "-d");
    }
  }

  private void deleteByHand() throws Exception {
    raw.request("DELETE", APPS + "/statefulsets/preview-hand", "");
    raw.request("DELETE", API + "/services/preview-hand", "");
    raw.request("DELETE", API + "/persistentvolumeclaims/data-preview-hand-0", "");
    until(() -> raw.request("GET", API + "/pods/preview-hand-0", "").contains("\"code\":404"));
    String claim = API + "/persistentvolumeclaims/data-preview-hand-0";
    until(() -> raw.request("GET", claim, "").contains("\"code\":404"));
  }

  /** The engine of the Pod on a port here, as {@code kubectl port-forward} does it. */
  private ServerSocket relay() throws IOException {
    ServerSocket listener = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
    Thread acceptor =
        new Thread(
            () -> {
              try {
                while (true) {
                  raw.relay(listener.accept(), API + "/pods/preview-hand-0", 2375);
                }
              } catch (IOException e) {
                // Closed.
              }
            });
    acceptor.setDaemon(true);
    acceptor.start();
    return listener;
  }

  private void copy(String what, String name, Path files) throws Exception {
    Path compose =
        compose(
            name,
            """
            services:
              web: {image: %s, init: true, command: [sleep, "100000"], volumes: ["./files:/files"]}
            """);
    List<Double> first = new ArrayList<>();
    List<Double> plain = new ArrayList<>();
    List<Double> unchanged = new ArrayList<>();
    List<Double> unchangedUp = new ArrayList<>();
    List<Double> changedUp = new ArrayList<>();
    for (int i = 0; i < runs; i++) {
      first.add(filesStep(compose));
      plain.add(seconds(() -> tarByHand(files)));
      unchanged.add(filesStep(compose));
      unchangedUp.add(seconds(() -> previews(ID).up(compose).close()));
      SampleFiles.change(files, i);
      changedUp.add(seconds(() -> previews(ID).up(compose).close()));
      previews(ID).down(ID);
    }
    String tar = "tar through a plain WebSocket";
    table.row("first copy of " + what, first, tar, plain, Target.times(1 / 0.9));
    table.row("unchanged copy of " + what, unchanged, tar, plain, Target.NONE);
    table.row(
        "up, one file changed in " + what,
        changedUp,
        "our up with nothing changed",
        unchangedUp,
        Target.above(0.5));
  }

  private void tarByHand(Path files) throws Exception {
    Process size =
        new ProcessBuilder("sh", "-c", "tar c -C \"$1\" . | wc -c", "sh", files.toString()).start();
    String bytes =
        new String(size.getInputStream().readAllBytes(), StandardCharsets.US_ASCII).strip();
    Process tar = new ProcessBuilder("tar", "c", "-C", files.toString(), ".").start();
    // The protocol has no end of input, so the far end counts.
    String far =
        "mkdir -p /var/lib/docker/raw && head -c " + bytes + " | tar x -C /var/lib/docker/raw";
    raw.exec(API + "/pods/preview-bench-0", tar.getInputStream(), List.of("sh", "-c", far));
    raw.exec(
        API + "/pods/preview-bench-0",
        new ByteArrayInputStream(new byte[0]),
        List.of("rm", "-rf", "/var/lib/docker/raw"));
  }

  /** How long the copying of files took in one {@code up}. */
  private double filesStep(Path compose) {
    Map<Step, Duration> took = new ConcurrentHashMap<>();
    Previews previews =
        builder(ID)
            .progress(
                event -> {
                  if (event instanceof ProgressEvent.StepFinished finished) {
                    took.put(finished.step(), finished.took());
                  }
                })
            .build();
    previews.up(compose).close();
    return took.getOrDefault(Step.FILES, Duration.ZERO).toNanos() / 1e9;
  }

  private void streams() throws Exception {
    Path compose =
        compose(
            "streams",
            """
            services:
              web:
                image: %1$s
                init: true
                command: [sh, -c, 'dd if=/dev/urandom of=/big bs=1000000 count=200 2>/dev/null; exec httpd -f -p 8080 -h /']
                ports: ["8080"]
                healthcheck: {test: [CMD, wget, -q, --spider, "http://127.0.0.1:8080/big"], interval: 1s}
              echo: {image: %1$s, init: true, command: [nc, -ll, -p, "7000", -e, cat], ports: ["7000"]}
            """);
    try (Preview preview = previews(ID).up(compose)) {
      List<Double> bulk = new ArrayList<>();
      List<Double> bulkByHand = new ArrayList<>();
      List<Double> small = new ArrayList<>();
      List<Double> smallByHand = new ArrayList<>();
      int web = published("web", 8080);
      int echo = published("echo", 7000);
      for (int i = 0; i < 2 * runs; i++) {
        bulkByHand.add(seconds(() -> downloadByHand(web)));
        bulk.add(seconds(() -> download(preview.url("web").resolve("/big"))));
        smallByHand.add(seconds(() -> pingByHand(echo)));
        small.add(seconds(() -> ping(preview.url("echo"))));
      }
      String plain = "a plain port-forward";
      table.row("200 MB through a URL", bulk, plain, bulkByHand, Target.times(1 / 0.9));
      table.row(ROUND_TRIPS + " round trips of 1 KB", small, plain, smallByHand, Target.NONE);
      preview.down();
    }
  }

  private int published(String service, int port) throws Exception {
    String answer =
        raw.exec(
            API + "/pods/preview-bench-0",
            new ByteArrayInputStream(new byte[0]),
            List.of("docker", "port", "preview-bench-" + service + "-1", port + "/tcp"));
    return Integer.parseInt(answer.strip().replaceAll("(?s).*:", ""));
  }

  private static void download(URI url) throws IOException {
    try (InputStream body = url.toURL().openStream()) {
      require(body.transferTo(OutputStream.nullOutputStream()));
    }
  }

  private void downloadByHand(int port) throws Exception {
    RawCluster.Channels stream = raw.forward(API + "/pods/preview-bench-0", port);
    byte[] get = "\0GET /big HTTP/1.0\r\n\r\n".getBytes(StandardCharsets.US_ASCII);
    stream.send(get, get.length);
    long bytes = 0;
    for (byte[] part = stream.take(); part != null; part = stream.take()) {
      bytes += part.length - 1;
    }
    require(bytes);
  }

  private static void require(long bytes) {
    if (bytes < 200_000_000) {
      throw new IllegalStateException("only " + bytes + " bytes came");
    }
  }

  private static void ping(URI url) throws IOException {
    try (Socket socket = new Socket(url.getHost(), url.getPort())) {
      for (int i = 0; i < ROUND_TRIPS; i++) {
        socket.getOutputStream().write(MESSAGE);
        if (socket.getInputStream().readNBytes(MESSAGE.length).length < MESSAGE.length) {
          throw new IOException("the echo ended");
        }
      }
    }
  }

  private void pingByHand(int port) throws Exception {
    RawCluster.Channels stream = raw.forward(API + "/pods/preview-bench-0", port);
    byte[] message = new byte[MESSAGE.length + 1];
    System.arraycopy(MESSAGE, 0, message, 1, MESSAGE.length);
    for (int i = 0; i < ROUND_TRIPS; i++) {
      stream.send(message, message.length);
      for (int missing = MESSAGE.length; missing > 0; ) {
        byte[] part = Objects.requireNonNull(stream.take(), "the echo ended");
        missing -= part.length - 1;
      }
    }
    stream.close();
  }

  private void together(int count) throws Exception {
    if (count == 0) {
      return;
    }
    Path compose = compose("together", SERVICES);
    double took =
        seconds(
            () ->
                CompletableFuture.allOf(
                        IntStream.range(0, count)
                            .mapToObj(i -> "bench-" + i)
                            .map(id -> start(() -> previews(id).up(compose).close()))
                            .toArray(CompletableFuture[]::new))
                    .join());
    table.note(String.format(Locale.ROOT, "%d environments at once: %.1f s", count, took));
    CompletableFuture.allOf(
            IntStream.range(0, count)
                .mapToObj(i -> "bench-" + i)
                .map(id -> start(() -> previews(id).down(id)))
                .toArray(CompletableFuture[]::new))
        .join();
  }

  private static CompletableFuture<Void> start(Runnable work) {
    return CompletableFuture.runAsync(work, task -> new Thread(task).start());
  }

  /** Work that may fail. */
  private interface Work {
    void run() throws Exception;
  }

  private interface Question {
    boolean ask() throws Exception;
  }

  private static void until(Question question) throws Exception {
    while (!question.ask()) {
      Thread.sleep(100);
    }
  }

  private static double seconds(Work work) throws Exception {
    long start = System.nanoTime();
    work.run();
    return (System.nanoTime() - start) / 1e9;
  }
}
