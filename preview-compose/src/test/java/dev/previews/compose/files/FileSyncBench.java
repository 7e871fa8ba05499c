package dev.previews.compose.files;

import dev.previews.exec.Deadline;
import dev.previews.progress.ProgressListener;
import dev.previews.spi.Context;
import java.io.IOException;
import java.io.OutputStream;
import java.lang.management.ManagementFactory;
import java.lang.management.MemoryPoolMXBean;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Callable;

/**
 * Measures copies into a running container beside {@code tar c | docker exec -i <container> tar x};
 * run by hand with the container's name and a directory for the files to copy.
 */
final class FileSyncBench {
  private static final int RUNS = 5;

  private FileSyncBench() {}

  public static void main(String[] arguments) throws Exception {
    String container = arguments[0];
    Path directory = Path.of(arguments[1]);
    measure(container, "5,000 files, 50 MB", many(directory.resolve("many")));
    measure(container, "1 GB file", one(directory.resolve("one")));
  }

  private static void measure(String container, String title, Path source) throws Exception {
    LocalConnection connection = LocalConnection.inContainer(container);
    double[] raw = new double[RUNS];
    double[] first = new double[RUNS];
    double[] second = new double[RUNS];
    double[] unchanged = new double[RUNS];
    for (int run = 0; run < RUNS; run++) {
      shell("docker exec " + container + " sh -c 'rm -rf /bench; mkdir -p /bench/raw'");
      raw[run] = seconds(() -> pipe(container, source));
      shell("docker exec " + container + " rm -rf /bench/raw");
      first[run] = seconds(() -> sync(connection, source));
      Thread.sleep(2000);
      second[run] = seconds(() -> sync(connection, source));
      unchanged[run] = seconds(() -> sync(connection, source));
    }
    System.out.printf(
        "%s: raw pipe %.2f s; first copy %.2f s (%.2f of the raw pipe's speed); second %.2f s;"
            + " unchanged %.2f s; peak heap %d MB%n",
        title,
        median(raw),
        median(first),
        median(raw) / median(first),
        median(second),
        median(unchanged),
        peakHeap() >> 20);
  }

  private static SyncReport sync(LocalConnection connection, Path source) {
    Context context = Context.of(Deadline.in(Duration.ofMinutes(5)), ProgressListener.none());
    return WholeCopy.of(
        List.of(new FileSource(source, "project")), "/bench/files", connection, context);
  }

  private static Void pipe(String container, Path source) throws IOException, InterruptedException {
    shell("tar c -C '" + source + "' . | docker exec -i " + container + " tar x -C /bench/raw");
    return null;
  }

  private static void shell(String line) throws IOException, InterruptedException {
    int exitCode = new ProcessBuilder("sh", "-c", line).inheritIO().start().waitFor();
    if (exitCode != 0) {
      throw new IllegalStateException(line + ": exit code " + exitCode);
    }
  }

  private static double seconds(Callable<?> work) throws Exception {
    long start = System.nanoTime();
    work.call();
    return (System.nanoTime() - start) / 1e9;
  }

  private static double median(double[] values) {
    double[] sorted = values.clone();
    Arrays.sort(sorted);
    return sorted[sorted.length / 2];
  }

  private static long peakHeap() {
    return ManagementFactory.getMemoryPoolMXBeans().stream()
        .filter(pool -> pool.getType() == java.lang.management.MemoryType.HEAP)
        .map(MemoryPoolMXBean::getPeakUsage)
        .mapToLong(usage -> usage.getUsed())
        .sum();
  }

  private static Path many(Path directory) throws IOException {
    if (!Files.exists(directory)) {
      Random random = new Random(1);
      byte[] content = new byte[10_000];
      for (int i = 0; i < 5000; i++) {
        random.nextBytes(content);
        Path parent = Files.createDirectories(directory.resolve("d" + i / 50));
        Files.write(parent.resolve("f" + i), content);
      }
    }
    return directory;
  }

  private static Path one(Path directory) throws IOException {
    if (!Files.exists(directory)) {
      Files.createDirectories(directory);
      Random random = new Random(1);
      byte[] content = new byte[1_000_000];
      try (OutputStream out = Files.newOutputStream(directory.resolve("big"))) {
        for (int i = 0; i < 1000; i++) {
          random.nextBytes(content);
          out.write(content);
        }
      }
    }
    return directory;
  }
}
