package dev.previews.compose.files;

import static org.assertj.core.api.Assertions.assertThat;

import dev.previews.error.InvalidInputException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

@EnabledOnOs(OS.LINUX)
class LocalNamesTest {
  @TempDir Path directory;

  @Test
  void namesTheSettingWhenThisJvmCannotReadName() throws Exception {
    Files.createFile(directory.resolve("naïve"));
    String output = walkInJvmWith("C");
    assertThat(output)
        .contains("its name cannot be read with the encoding ANSI_X3.4-1968")
        .contains("LC_ALL=C.UTF-8");
    assertThat(walkInJvmWith("C.UTF-8")).contains("fine");
  }

  private String walkInJvmWith(String locale) throws IOException, InterruptedException {
    ProcessBuilder java =
        new ProcessBuilder(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-cp",
            System.getProperty("java.class.path"),
            Walk.class.getName(),
            directory.toString());
    java.environment().put("LC_ALL", locale);
    Process process = java.redirectErrorStream(true).start();
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    process.waitFor();
    return output;
  }

  /** Walks a directory in a JVM of its own. */
  static final class Walk {
    private Walk() {}

    public static void main(String[] arguments) {
      try {
        LocalWalk.of(List.of(new FileSource(Path.of(arguments[0]), "project")));
        System.out.println("fine");
      } catch (InvalidInputException e) {
        System.out.println(e.getMessage());
      }
    }
  }
}
