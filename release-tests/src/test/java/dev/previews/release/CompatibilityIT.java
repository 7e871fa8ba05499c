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
import java.util.Optional;
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

    List<String> broken = new ArrayList<>();
    for (Published module : Published.all()) {
      Path before = jarOf(module, sources);
      if (before != null) {
        broken.addAll(broken(before, module.jar()));
      }
    }
    assertThat(broken).as("since %s", release.get()).isEmpty();
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
    if (!Files.isDirectory(target)) {
      return null;
    }
    try (var jars = Files.newDirectoryStream(target, module.artifact() + "-*[0-9T].jar")) {
      return jars.iterator().next();
    }
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
