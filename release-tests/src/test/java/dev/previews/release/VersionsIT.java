package dev.previews.release;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** A version is said in one place: the root's pom. */
class VersionsIT {
  private static final Pattern VERSION =
      Pattern.compile("<artifactId>([^<]+)</artifactId>\\s*<version>([^<$]+)</version>");

  /** A property that is a version itself, not another one's. */
  private static final Pattern PROPERTY =
      Pattern.compile("<([\\w.-]+[.-]version)>([^<$]*[0-9][^<]*)</");

  @Test
  void aModulesPomNamesNoVersionButItsParents() throws Exception {
    String ours = Published.version();
    List<String> strangers = new ArrayList<>();
    int poms = 0;
    for (Path pom : poms()) {
      poms++;
      VERSION
          .matcher(Files.readString(pom))
          .results()
          .filter(it -> !it.group(2).equals(ours))
          .forEach(it -> strangers.add(Command.root().relativize(pom) + ": " + it.group(1)));
    }
    assertThat(poms).isGreaterThan(10);
    assertThat(strangers).isEmpty();
  }

  @Test
  void aModulesPomHasNoPropertyForAVersion() throws Exception {
    List<String> strangers = new ArrayList<>();
    for (Path pom : poms()) {
      PROPERTY
          .matcher(Files.readString(pom))
          .results()
          .forEach(it -> strangers.add(Command.root().relativize(pom) + ": " + it.group(1)));
    }
    assertThat(strangers).isEmpty();
    assertThat(PROPERTY.matcher(Files.readString(Command.root().resolve("pom.xml"))).results())
        .hasSizeGreaterThan(20);
  }

  /** The BOM has no parent, so that it forces nothing on who imports it. */
  @Test
  void theBomRepeatsTheRootsPlugins() throws Exception {
    String root = Files.readString(Command.root().resolve("pom.xml"));
    assertThat(VERSION.matcher(Files.readString(Command.root().resolve("bom/pom.xml"))).results())
        .isNotEmpty()
        .allSatisfy(
            it ->
                assertThat(root)
                    .containsPattern(
                        "<artifactId>%s</artifactId>\\s*<version>%s<"
                            .formatted(
                                it.group(1).replace("preview-bom", "preview-parent"),
                                Pattern.quote(it.group(2)))));
  }

  private static List<Path> poms() throws Exception {
    try (Stream<Path> files = Files.walk(Command.root(), 3)) {
      return files
          .filter(it -> it.endsWith("pom.xml"))
          .filter(it -> !it.toString().contains("/target/"))
          .filter(it -> !it.equals(Command.root().resolve("pom.xml")))
          .filter(it -> !it.startsWith(Command.root().resolve("bom")))
          .filter(VersionsIT::isOurs)
          .toList();
    }
  }

  /** Examples that stand for somebody else's project say their own versions. */
  private static boolean isOurs(Path pom) {
    try {
      return Files.readString(pom).contains("<artifactId>preview-parent</artifactId>");
    } catch (java.io.IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }
}
