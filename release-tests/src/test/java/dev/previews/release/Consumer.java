package dev.previews.release;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Somebody else's project that imports our BOM and depends on some of our modules. */
record Consumer(List<String> artifacts) {
  private static final String POM =
      """
      <project xmlns="http://maven.apache.org/POM/4.0.0">
        <modelVersion>4.0.0</modelVersion>
        <groupId>com.example</groupId>
        <artifactId>%s</artifactId>
        <version>1</version>
        <packaging>%s</packaging>
        %s
      </project>
      """;
  private static final String BOM =
      """
      <dependencyManagement><dependencies><dependency>
        <groupId>dev.previews</groupId><artifactId>preview-bom</artifactId><version>%s</version>
        <type>pom</type><scope>import</scope>
      </dependency></dependencies></dependencyManagement>
      """;

  static Consumer of(String... artifacts) {
    return new Consumer(List.of(artifacts));
  }

  private String name() {
    return String.join("-and-", artifacts);
  }

  /** The jars that each gets at run time, in one run of Maven. */
  static void resolve(Path directory, List<Consumer> consumers) throws Exception {
    StringBuilder modules = new StringBuilder();
    for (Consumer consumer : consumers) {
      modules.append("<module>").append(consumer.name()).append("</module>");
      Path module = Files.createDirectories(directory.resolve(consumer.name()));
      Files.writeString(module.resolve("pom.xml"), consumer.pom());
    }
    Files.writeString(
        directory.resolve("pom.xml"),
        POM.formatted("consumers", "pom", "<modules>" + modules + "</modules>"));
    Command.maven(
            directory,
            plugin("maven-dependency-plugin") + ":build-classpath",
            "-Dmdep.outputFile=jars.txt",
            "-Dmdep.includeScope=runtime")
        .output();
  }

  /** What {@link #resolve} found for this one in that directory. */
  List<Path> jars(Path directory) throws IOException {
    String line = Files.readString(directory.resolve(name()).resolve("jars.txt"));
    return Stream.of(line.strip().split(Pattern.quote(java.io.File.pathSeparator)))
        .map(Path::of)
        .toList();
  }

  private String pom() throws IOException {
    String dependencies =
        artifacts.stream()
            .map(
                it ->
                    "<dependency><groupId>dev.previews</groupId><artifactId>"
                        + it
                        + "</artifactId></dependency>")
            .collect(Collectors.joining("", "<dependencies>", "</dependencies>"));
    return POM.formatted(
        "using-" + name(), "jar", BOM.formatted(Published.version()) + dependencies);
  }

  /** A plugin in the version that our own build uses. */
  static String plugin(String artifact) throws IOException {
    var version =
        Pattern.compile("<artifactId>" + artifact + "</artifactId>\\s*<version>([^<]+)</version>")
            .matcher(Files.readString(Command.root().resolve("pom.xml")));
    if (!version.find()) {
      throw new IllegalStateException("pom.xml names no version of " + artifact);
    }
    return "org.apache.maven.plugins:" + artifact + ":" + version.group(1);
  }
}
