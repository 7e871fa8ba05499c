package dev.previews.release;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.jar.JarFile;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What lies in the repository for each module. */
class PublishedIT {
  static List<Published> modules() throws IOException {
    return Published.all();
  }

  @Test
  void theBomNamesEveryModule() throws Exception {
    try (Stream<Path> folders = Files.list(Command.repository().resolve("dev/previews"))) {
      assertThat(
              folders
                  .map(it -> it.getFileName().toString())
                  .filter(it -> it.startsWith("preview-"))
                  .filter(it -> !it.equals("preview-parent") && !it.equals("preview-bom")))
          .containsExactlyInAnyOrderElementsOf(modules().stream().map(Published::artifact).toList())
          .hasSizeGreaterThan(5);
    }
  }

  @ParameterizedTest
  @MethodSource("modules")
  void sourcesAndJavadocComeWithEveryClass(Published module) throws Exception {
    Set<String> sources = entries(module.file("-sources.jar"));
    Set<String> javadoc = entries(module.file("-javadoc.jar"));
    List<String> classes =
        entries(module.jar()).stream()
            .filter(it -> it.endsWith(".class") && !it.contains("$"))
            .map(it -> it.substring(0, it.length() - ".class".length()))
            .toList();
    assertThat(classes).isNotEmpty().allMatch(it -> sources.contains(it + ".java"));
    assertThat(javadoc).contains("index.html", "element-list");
    assertThat(module.file("-cyclonedx.json")).exists();
    assertThat(Files.readString(module.file(".pom")))
        .containsPattern("<name>.+</name>")
        .containsPattern("<description>.+</description>");
  }

  @ParameterizedTest
  @MethodSource("modules")
  void aJarHasItsModuleNameItsVersionAndTheLicence(Published module) throws Exception {
    try (JarFile jar = new JarFile(module.jar().toFile())) {
      var manifest = jar.getManifest().getMainAttributes();
      assertThat(manifest.getValue("Automatic-Module-Name"))
          .matches("dev\\.previews(\\.[a-z]+)?")
          .satisfies(
              name ->
                  assertThat(
                          jar.stream()
                              .map(ZipEntry::getName)
                              .filter(it -> it.endsWith(".class"))
                              .map(it -> it.replace('/', '.')))
                      .allMatch(it -> it.startsWith(name + ".")));
      assertThat(manifest.getValue("Implementation-Version")).isEqualTo(Published.version());
      assertThat(jar.getEntry("META-INF/LICENSE")).isNotNull();
    }
  }

  @Test
  void moduleNamesAndPackagesAreNotSharedByTwoJars() throws Exception {
    Set<String> names = new HashSet<>();
    Set<String> packages = new HashSet<>();
    for (Published module : modules()) {
      try (JarFile jar = new JarFile(module.jar().toFile())) {
        String name = jar.getManifest().getMainAttributes().getValue("Automatic-Module-Name");
        assertThat(names.add(name)).as(name).isTrue();
        jar.stream()
            .map(ZipEntry::getName)
            .filter(it -> it.endsWith(".class"))
            .map(it -> it.substring(0, it.lastIndexOf('/')))
            .distinct()
            .forEach(it -> assertThat(packages.add(it)).as("%s of %s", it, module).isTrue());
      }
    }
  }

  @Test
  void theJavadocBeginsAsTheReadmeDoes() throws Exception {
    String readme = Files.readString(Command.root().resolve("README.md"));
    String sentence = readme.lines().skip(2).findFirst().orElseThrow();
    Matcher body = Pattern.compile("(?s)( *try \\(Preview.*?\n *}\n)").matcher(readme);
    assertThat(body.find()).isTrue();
    String example = body.group(1).stripTrailing().stripIndent();
    String firstLine = example.lines().findFirst().orElseThrow();
    try (JarFile jar = new JarFile(new Published("preview-api").file("-javadoc.jar").toFile())) {
      String front =
          new String(
              jar.getInputStream(jar.getEntry("index.html")).readAllBytes(),
              StandardCharsets.UTF_8);
      assertThat(front.replaceAll("\\s+", " "))
          .contains(sentence)
          .contains(firstLine.substring(0, firstLine.indexOf('"')));
    }
    assertThat(Files.readString(Command.root().resolve("config/overview.html"))).contains(example);
  }

  private static Set<String> entries(Path archive) throws IOException {
    try (JarFile jar = new JarFile(archive.toFile())) {
      return new HashSet<>(jar.stream().map(ZipEntry::getName).toList());
    }
  }
}
