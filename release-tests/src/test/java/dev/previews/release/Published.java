package dev.previews.release;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;

/** What was installed: one of our modules. */
record Published(String artifact) {
  private static final Pattern IN_THE_BOM = Pattern.compile("<artifactId>(preview-[a-z]+)</artif");
  private static final Pattern VERSION = Pattern.compile("<version>([^<]+)</version>");

  /** The modules that the BOM names. */
  static List<Published> all() throws IOException {
    return all(Command.root());
  }

  /** The modules that the BOM of these sources names. */
  static List<Published> all(Path sources) throws IOException {
    return IN_THE_BOM
        .matcher(Files.readString(sources.resolve("bom/pom.xml")))
        .results()
        .map(it -> it.group(1))
        .filter(it -> !it.equals("preview-bom"))
        .map(Published::new)
        .toList();
  }

  /** The version of all of them. */
  static String version() throws IOException {
    var matcher = VERSION.matcher(Files.readString(Command.root().resolve("bom/pom.xml")));
    if (!matcher.find()) {
      throw new IllegalStateException("bom/pom.xml has no version");
    }
    return matcher.group(1);
  }

  /** A file of it, by what follows its version: {@code .jar}, {@code -sources.jar}. */
  Path file(String rest) throws IOException {
    return Command.repository()
        .resolve("dev/previews")
        .resolve(artifact)
        .resolve(version())
        .resolve(artifact + "-" + version() + rest);
  }

  Path jar() throws IOException {
    return file(".jar");
  }
}
