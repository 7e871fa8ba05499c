package dev.previews.release;

import static org.assertj.core.api.Assertions.assertThat;

import japicmp.cmp.JApiCmpArchive;
import japicmp.cmp.JarArchiveComparator;
import japicmp.cmp.JarArchiveComparatorOptions;
import japicmp.model.AccessModifier;
import japicmp.model.JApiClass;
import japicmp.model.JApiCompatibilityChange;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * What was promised by the last release, which is the last tag {@code v*} before this commit, is
 * still there. Before the first one there is nothing to compare with.
 */
class CompatibilityIT {
  @TempDir Path directory;

  @Test
  void whatTheLastReleasePromisedIsStillThere() throws Exception {
    Optional<String> release = lastRelease();
    if (release.isEmpty()) {
      System.out.println("there is no release yet (a tag v*): no API to be compatible with");
      return;
    }
    Path sources = Files.createDirectory(directory.resolve("release"));
    Path archive = directory.resolve("release.tar");
    Command.of(Command.root(), "git", "archive", "-o", archive.toString(), release.get()).output();
    Command.of(sources, "tar", "xf", archive.toString()).output();
    Build.jars(sources);

    Map<String, Path> before = new TreeMap<>();
    for (Published module : Published.all(sources)) {
      before.put(module.artifact(), jarOf(module, sources));
    }
    Map<String, Path> now = new TreeMap<>();
    for (Published module : Published.all()) {
      now.put(module.artifact(), module.jar());
    }
    assertThat(broken(before, now)).as("since %s", release.get()).isEmpty();
  }

  @Test
  void aModuleThatIsGoneIsFound() throws Exception {
    Path door = jar("door", "public class Door {}");
    Map<String, Path> before = Map.of("preview-door", door, "preview-wall", door);
    Map<String, Path> now = Map.of("preview-door", door, "preview-roof", door);

    assertThat(broken(before, now))
        .containsExactly("the module preview-wall is no longer published");
  }

  @Test
  void aMethodThatIsGoneFromAModuleIsFound() throws Exception {
    Path before = jar("before", "public class Door { public void open() {} }");
    Path now = jar("now", "public class Door { void open() {} }");

    assertThat(broken(Map.of("preview-door", before), Map.of("preview-door", now)))
        .singleElement()
        .asString()
        .contains("Door", "open");
  }

  /** Not those of today: one that is gone would not be asked for. */
  @Test
  void theModulesOfAReleaseAreThoseOfItsOwnBom() throws Exception {
    Files.writeString(
        Files.createDirectory(directory.resolve("bom")).resolve("pom.xml"),
        "<artifactId>preview-bom</artifactId> <artifactId>preview-wall</artifactId>");

    assertThat(Published.all(directory)).containsExactly(new Published("preview-wall"));
  }

  @Test
  void aMethodThatIsGoneIsFound() throws Exception {
    Path before =
        jar("before", "public class Door { public void open() {} public void close() {} }");
    Path now = jar("now", "public class Door { public void open() {} void close() {} }");

    assertThat(broken(before, now)).singleElement().asString().contains("Door", "close");
    assertThat(broken(now, before)).isEmpty();
  }

  private static Optional<String> lastRelease() throws Exception {
    Command.Result described =
        Command.of(Command.root(), "git", "describe", "--tags", "--abbrev=0", "--match", "v*")
            .run();
    return described.exitCode() == 0 ? Optional.of(described.output().strip()) : Optional.empty();
  }

  private static Path jarOf(Published module, Path sources) throws Exception {
    Path target = sources.resolve(module.artifact()).resolve("target");
    try (var jars = Files.newDirectoryStream(target, module.artifact() + "-*[0-9T].jar")) {
      return jars.iterator().next();
    }
  }

  /** What those would miss who used the modules of before, by their names. */
  private static List<String> broken(Map<String, Path> before, Map<String, Path> now) {
    List<String> broken = new ArrayList<>();
    new TreeMap<>(before)
        .forEach(
            (module, jar) -> {
              if (now.containsKey(module)) {
                broken.addAll(broken(jar, now.get(module)));
              } else {
                broken.add("the module " + module + " is no longer published");
              }
            });
    return broken;
  }

  private static List<String> broken(Path before, Path now) {
    JarArchiveComparatorOptions options = new JarArchiveComparatorOptions();
    options.setAccessModifier(AccessModifier.PROTECTED);
    options.getIgnoreMissingClasses().setIgnoreAllMissingClasses(true);
    List<String> broken = new ArrayList<>();
    for (JApiClass type :
        new JarArchiveComparator(options).compare(archive(before), archive(now))) {
      changes(type.getFullyQualifiedName(), type.getCompatibilityChanges(), broken);
      type.getMethods()
          .forEach(
              it ->
                  changes(
                      type.getFullyQualifiedName() + "." + it.getName(),
                      it.getCompatibilityChanges(),
                      broken));
      type.getConstructors()
          .forEach(
              it ->
                  changes(
                      type.getFullyQualifiedName() + "." + it.getName(),
                      it.getCompatibilityChanges(),
                      broken));
      type.getFields()
          .forEach(
              it ->
                  changes(
                      type.getFullyQualifiedName() + "." + it.getName(),
                      it.getCompatibilityChanges(),
                      broken));
    }
    return broken;
  }

  private static void changes(
      String where, List<JApiCompatibilityChange> changes, List<String> broken) {
    changes.stream()
        .filter(it -> !it.isBinaryCompatible() || !it.isSourceCompatible())
        .forEach(it -> broken.add(where + ": " + it.getType()));
  }

  private static JApiCmpArchive archive(Path jar) {
    return new JApiCmpArchive(jar.toFile(), jar.getFileName().toString());
  }

  private Path jar(String name, String source) throws Exception {
    Path folder = Files.createDirectories(directory.resolve(name));
    Files.writeString(folder.resolve("Door.java"), source);
    Command.of(folder, Command.java("javac"), "Door.java").output();
    Path jar = directory.resolve(name + ".jar");
    Command.of(folder, Command.java("jar"), "cf", jar.toString(), "Door.class").output();
    return jar;
  }
}
