package dev.previews.bench;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.Locale;
import java.util.Random;
import java.util.stream.Stream;

/** The files that are copied and built; their content does not compress. */
final class SampleFiles {
  private static final int FILES = 5_000;
  private static final int FILE_SIZE = 10_000;
  private static final int MEGABYTE = 1_000_000;

  private SampleFiles() {}

  /** 5,000 files, 50 MB, in 50 folders. */
  static Path many(Path directory) throws IOException {
    Path files = directory.resolve("many/files");
    byte[] content = new byte[FILE_SIZE];
    for (int i = 0; i < FILES; i++) {
      Path folder = files.resolve(String.format(Locale.ROOT, "d%02d", i % 50));
      Files.createDirectories(folder);
      new Random(i).nextBytes(content);
      Files.write(folder.resolve("file" + i), content);
    }
    return files;
  }

  /** One large file, in a folder of its own. */
  static Path big(Path directory, int megabytes) throws IOException {
    Path files = Files.createDirectories(directory.resolve("big/files"));
    byte[] block = new byte[MEGABYTE];
    Random random = new Random(1);
    try (OutputStream out = Files.newOutputStream(files.resolve("big"))) {
      for (int i = 0; i < megabytes; i++) {
        random.nextBytes(block);
        out.write(block);
      }
    }
    return files;
  }

  /** Other content, same size, in one small file of a folder. */
  static void change(Path files, int run) throws IOException {
    try (Stream<Path> all = Files.walk(files)) {
      Path some =
          all.filter(Files::isRegularFile)
              .filter(file -> file.toFile().length() <= FILE_SIZE)
              .sorted()
              .findFirst()
              .orElse(files.resolve("small"));
      byte[] content = new byte[FILE_SIZE];
      new Random(-1 - run).nextBytes(content);
      Files.write(some, content);
    }
  }

  /** The example, with something in what it builds that no engine has built before. */
  static Path example(Path directory, String name) throws IOException {
    Path from = Path.of("examples/hello");
    Path to = directory.resolve(name);
    Files.walkFileTree(
        from,
        new SimpleFileVisitor<>() {
          @Override
          public FileVisitResult preVisitDirectory(Path folder, BasicFileAttributes attributes)
              throws IOException {
            String last = String.valueOf(folder.getFileName());
            if (last.equals("src") || last.equals("target")) {
              return FileVisitResult.SKIP_SUBTREE;
            }
            Files.createDirectories(to.resolve(from.relativize(folder)));
            return FileVisitResult.CONTINUE;
          }

          @Override
          public FileVisitResult visitFile(Path file, BasicFileAttributes attributes)
              throws IOException {
            Files.copy(file, to.resolve(from.relativize(file)));
            return FileVisitResult.CONTINUE;
          }
        });
    Files.writeString(
        to.resolve("api/cgi-bin/index.cgi"),
        "\n# " + System.nanoTime() + "\n",
        StandardOpenOption.APPEND);
    return to.resolve("compose.yaml");
  }
}
