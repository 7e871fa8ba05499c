package dev.previews.bench;

import dev.previews.Previews;
import dev.previews.progress.ProgressEvent;
import dev.previews.progress.Step;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Measures {@code up} and the copying of files on the Docker engine at hand, each figure beside the
 * same work done by hand in the same run. Arguments: how often each is measured (default 3), and
 * the image (default busybox:local).
 */
final class Bench {
  private static final String ID = "bench";
  private static final String HAND = "bench-hand";
  private static final int BIG = 1000; // MB
  private static final int HEAP = 64; // MB

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
      bench.copy("5,000 files, 50 MB", SampleFiles.many(directory), Target.atMost(1));
      bench.copy("one file of 1 GB", SampleFiles.big(directory, BIG), Target.NONE);
    } finally {
      bench.previews().down(ID);
      Hand.run("rm", "-rf", directory.toString());
    }
    if (!bench.table.print()) {
      System.exit(1);
    }
  }

  private void startOfAJvm() throws Exception {
    List<Double> ours = new ArrayList<>();
    List<Double> hand = new ArrayList<>();
    for (int i = 0; i < runs; i++) {
      ours.add(Hand.run(FirstAnswer.command(image)));
      hand.add(Hand.run("docker", "version"));
    }
    table.row(
        "JVM start to the engine's first answer", ours, "docker version", hand, Target.atMost(1.5));
  }

  /** Cold on both sides: what is built was never built before. Each goes first in turn. */
  private void up() throws Exception {
    List<Double> cold = new ArrayList<>();
    List<Double> coldByHand = new ArrayList<>();
    List<Double> unchanged = new ArrayList<>();
    List<Double> unchangedByHand = new ArrayList<>();
    previews().up(SampleFiles.example(directory, "warm")).close(); // the classes of this JVM
    previews().down(ID);
    try (PeakHeap heap = new PeakHeap()) {
      for (int i = 0; i < runs; i++) {
        if (i % 2 == 0) {
          upByHand(i, coldByHand, unchangedByHand);
        }
        Path compose = SampleFiles.example(directory, "ours" + i);
        cold.add(seconds(() -> previews().up(compose).close()));
        unchanged.add(seconds(() -> previews().up(compose).close()));
        previews().down(ID);
        if (i % 2 == 1) {
          upByHand(i, coldByHand, unchangedByHand);
        }
      }
      String tool = "docker compose up -d --build --wait";
      table.row("cold up of examples/hello", cold, tool, coldByHand, Target.times(1.25));
      table.row("up with nothing changed", unchanged, tool, unchangedByHand, Target.above(1));
      table.heap("up", heap, HEAP);
    }
  }

  private void upByHand(int run, List<Double> cold, List<Double> unchanged) throws Exception {
    Path compose = SampleFiles.example(directory, "hand" + run);
    String hand = "BASE_IMAGE=" + image + " docker compose -p " + HAND + " -f " + compose;
    String up = hand + " up -d --build --wait web api"; // all would fail: migrate ends
    cold.add(Hand.run("sh", "-c", up));
    unchanged.add(Hand.run("sh", "-c", up));
    Hand.run("sh", "-c", hand + " down -v -t 0 --rmi local");
  }

  private void copy(String what, Path files, Target again) throws Exception {
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
    List<Double> unchanged = new ArrayList<>();
    List<Double> changed = new ArrayList<>();
    try (PeakHeap heap = new PeakHeap()) {
      for (int i = 0; i < runs; i++) {
        raw.add(Hand.rawPipe(files, image));
        first.add(filesStep(compose));
        unchanged.add(filesStep(compose));
        SampleFiles.change(files, i);
        changed.add(filesStep(compose));
        previews().down(ID);
      }
      String pipe = "tar c | docker exec -i tar x";
      table.row("first copy of " + what, first, pipe, raw, Target.times(1 / 0.9));
      table.row("unchanged copy of " + what, unchanged, pipe, raw, again);
      table.row("one changed file in " + what, changed, pipe, raw, Target.NONE);
      table.heap("copying " + what, heap, HEAP);
    }
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
    return Previews.builder()
        .driver(FirstAnswer.driver(image))
        .id(ID)
        .variable("BASE_IMAGE", image);
  }

  private static double seconds(Runnable work) {
    long start = System.nanoTime();
    work.run();
    return (System.nanoTime() - start) / 1e9;
  }
}
