package dev.previews.release;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** A build of our modules from a folder of sources, of the jars alone. */
final class Build {
  private Build() {}

  /** Builds what is published; checks, tests and Javadoc were the first build's. */
  static void jars(Path sources) throws Exception {
    List<String> modules = Published.all(sources).stream().map(Published::artifact).toList();
    Command.maven(
            sources,
            "-o",
            "-T2",
            "-Prelease",
            "-am",
            "-pl",
            String.join(",", modules),
            "-Dmaven.test.skip",
            "-Dmaven.javadoc.skip",
            "-Dcyclonedx.skip",
            "-Dspotless.check.skip",
            "-Dcheckstyle.skip",
            "-Denforcer.skip",
            "-Dmain.checker=-parameters",
            "package")
        .output();
  }

  /** The jars that a build left in its modules' folders, by module and what follows the version. */
  static Map<String, Path> find(Path sources) throws IOException {
    Map<String, Path> jars = new TreeMap<>();
    for (Published module : Published.all()) {
      for (String rest : List.of(".jar", "-sources.jar")) {
        jars.put(
            module.artifact() + rest,
            sources
                .resolve(module.artifact())
                .resolve("target")
                .resolve(module.artifact() + "-" + Published.version() + rest));
      }
    }
    return jars;
  }

  static String digest(Path file) throws Exception {
    return HexFormat.of()
        .formatHex(MessageDigest.getInstance("SHA-256").digest(Files.readAllBytes(file)));
  }
}
