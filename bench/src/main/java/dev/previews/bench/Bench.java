package dev.previews.bench;

import dev.previews.Previews;
import dev.previews.progress.ProgressEvent;
import dev.previews.progress.Step;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Measures {@code up} and the copying of files on the Docker engine at hand, each figure beside the
 * same work done by hand in the same run. Arguments: how often each is measured (default 3), and
 * the image (default busybox:local).
 */
final class Bench {
  private static final String ID = "bench";
  private static final int FILES = 5_000;
  private static final int FILE_SIZE = 10_000;
  private static final long BIG = 1_000_000_000;

  private final int runs;
  private final String image;
  private final Path directory;
  private final Table table = new Table();

  private Bench(int runs, String image, Path directory) {
    this.runs = runs;
    this.image = image;
    this.directory = directory;
  }

  public static void main(String[] arguments) throws Exception {
    int runs = arguments.length > 0 ? Integer.parseInt(arguments[0]) : 3;
    String image = arguments.length > 1 ? arguments[1] : "busybox:local";
    Path directory = Files.createTempDirectory("preview-bench");
    Bench bench = new Bench(runs, image, directory);
    try {
      bench.startOfAJvm();
      bench.up();
      bench.copy("5,000 files, 50 MB", bench.manyFiles());
      bench.copy("one file of 1 GB", bench.bigFile());
    } finally {
      bench.previews().down(ID);
      Hand.run("rm", "-rf", directory.toString());
    }
    bench.table.print();
  }

  private void startOfAJvm() throws Exception {
    List<Double> ours = new ArrayList<>();
    List<Double> hand = new ArrayList<>();
    for (int i = 0; i < runs; i++) {
      ours.add(Hand.run(FirstAnswer.command(image)));
      hand.add(Hand.run("docker", "version"));
    }
    table.row("JVM start to the engine's first answer", ours, "docker version", hand, "≤ 1.5 s");
  }

  private void up() throws Exception {
    Path project = Files.createDirectories(directory.resolve("up"));
    Files.createDirectories(project.resolve("pages"));
    Files.writeString(project.resolve("pages/index.html"), "hello");
    Path compose =
        Files.writeString(
            project.resolve("compose.yaml"),
            """
            services:
              web: {image: %1$s, init: true, command: [httpd, -f, -p, "8080", -h, /pages], ports: ["8080"], volumes: ["./pages:/pages"]}
              db: {image: %1$s, init: true, command: [sleep, "100000"]}
            """
                .formatted(image));
    List<Double> cold = new ArrayList<>();
    List<Double> coldByHand = new ArrayList<>();
    List<Double> unchanged = new ArrayList<>();
    List<Double> unchangedByHand = new ArrayList<>();
    String[] byHand = {
      "docker", "compose", "-p", "bench-hand", "-f", compose.toString(), "up", "-d"
    };
    for (int i = 0; i < runs; i++) {
      coldByHand.add(Hand.run(byHand));
      unchangedByHand.add(Hand.run(byHand));
      Hand.run(
          "docker", "compose", "-p", "bench-hand", "-f", compose.toString(), "down", "-t", "0");
      cold.add(seconds(() -> previews().up(compose).close()));
      unchanged.add(seconds(() -> previews().up(compose).close()));
      previews().down(ID);
    }
    table.row("cold up, two services", cold, "docker compose up -d", coldByHand, "≤ 1.25 ×");
    table.row(
        "up with nothing changed",
        unchanged,
        "docker compose up -d",
        unchangedByHand,
        "≤ 1 s above");
  }

  private void copy(String what, Path files) throws Exception {
    Path compose =
        Files.writeString(
            files.resolveSibling("compose.yaml"),
            """
            services:
              web: {image: %s, init: true, command: [sleep, "100000"], volumes: ["./%s:/files"]}
            """
                .formatted(image, files.getFileName()));
    List<Double> first = new ArrayList<>();
    List<Double> raw = new ArrayList<>();
    List<Double> again = new ArrayList<>();
    List<Double> changed = new ArrayList<>();
    PeakHeap heap = new PeakHeap();
    for (int i = 0; i < runs; i++) {
      raw.add(Hand.rawPipe(files, image));
      first.add(filesStep(compose));
      again.add(filesStep(compose));
      Files.writeString(files.resolve("changed"), "run " + i);
      changed.add(filesStep(compose));
      previews().down(ID);
    }
    String pipe = "tar c | docker exec -i tar x";
    table.row("first copy of " + what, first, pipe, raw, "≤ 1.11 × (0.9 of the speed)");
    table.row("unchanged copy of " + what, again, pipe, raw, "≤ 1 s (5,000 files)");
    table.row("one changed file beside " + what, changed, pipe, raw, "");
    table.note(
        "peak heap after a collection while copying "
            + what
            + ": "
            + heap.megabytes()
            + " MB, -Xmx"
            + Runtime.getRuntime().maxMemory() / 1_000_000
            + " MB");
  }

  /** How long the copying of files took in one {@code up}. */
  private double filesStep(Path compose) {
    Map<Step, Duration> took = new ConcurrentHashMap<>();
    Previews previews =
        builder()
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

  private Previews previews() {
    return builder().build();
  }

  private Previews.Builder builder() {
    return Previews.builder().driver(FirstAnswer.driver(image)).id(ID);
  }

  private Path manyFiles() throws IOException {
    Path files = directory.resolve("many/files");
    byte[] content = new byte[FILE_SIZE];
    for (int i = 0; i < FILES; i++) {
      Path folder = files.resolve(String.format(Locale.ROOT, "d%02d", i % 50));
      Files.createDirectories(folder);
      new java.util.Random(i).nextBytes(content);
      Files.write(folder.resolve("file" + i), content);
    }
    return files;
  }

  private Path bigFile() throws IOException {
    Path files = Files.createDirectories(directory.resolve("big/files"));
    byte[] block = new byte[1_000_000];
    java.util.Random random = new java.util.Random(1);
    try (var out = Files.newOutputStream(files.resolve("big"))) {
      for (long written = 0; written < BIG; written += block.length) {
        random.nextBytes(block);
        out.write(block);
      }
    }
    return files;
  }

  private static double seconds(Runnable work) {
    long start = System.nanoTime();
    work.run();
    return (System.nanoTime() - start) / 1e9;
  }
}
