package dev.previews.release;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The same sources give the same jars of classes and of sources, byte by byte, in another folder
 * and at another time. Of the jars of Javadoc and the lists of parts it is not promised.
 */
class ReproducibleIT {
  @TempDir Path elsewhere;

  @Test
  void aSecondBuildGivesTheSameBytes() throws Exception {
    Checkout.copy(elsewhere);
    Build.jars(elsewhere);

    assertThat(digests(Build.find(elsewhere))).isEqualTo(digests(installed()));
  }

  private static Map<String, Path> installed() throws Exception {
    Map<String, Path> jars = new TreeMap<>();
    for (Published module : Published.all()) {
      jars.put(module.artifact() + ".jar", module.jar());
      jars.put(module.artifact() + "-sources.jar", module.file("-sources.jar"));
    }
    return jars;
  }

  private static Map<String, String> digests(Map<String, Path> jars) throws Exception {
    Map<String, String> digests = new TreeMap<>();
    for (var jar : jars.entrySet()) {
      digests.put(jar.getKey(), Build.digest(jar.getValue()));
    }
    return digests;
  }
}
