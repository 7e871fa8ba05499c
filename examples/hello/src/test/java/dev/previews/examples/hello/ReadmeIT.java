package dev.previews.examples.hello;

import static org.assertj.core.api.Assertions.assertThat;

import dev.previews.Previews;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The README's Java is compiled, and its first example run, as it stands there. */
class ReadmeIT {
  private static final Pattern JAVA = Pattern.compile("```java\n(.*?)```", Pattern.DOTALL);

  @TempDir Path directory;

  @Test
  void theFirstExampleRuns() throws Exception {
    Engine.require();
    Engine.provide("busybox:1.37");
    Files.writeString(
        directory.resolve("compose.yaml"),
        """
        services:
          web:
            image: busybox:1.37
            init: true
            command: [httpd, -f, -p, "80", -h, /etc]
            ports: ["80"]
        """);
    compile("Demo", blocks().get(0).replace("id(\"demo\")", "id(\"readme-test\")"));
    try {
      String java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
      Shell run = Shell.run(directory, java, "-cp", directory + ":" + classPath(), "Demo");
      assertThat(run.exitCode()).as(run.output()).isZero();
      assertThat(run.output()).containsPattern("http://127\\.0\\.0\\.1:\\d+\n");
    } finally {
      Previews.builder().down("readme-test");
    }
  }

  @Test
  void theOtherExamplesCompile() throws Exception {
    List<String> blocks = blocks();
    assertThat(blocks).hasSizeGreaterThan(1);
    for (int i = 1; i < blocks.size(); i++) {
      compile("Block" + i, wrapped("Block" + i, blocks.get(i)));
    }
  }

  private static String wrapped(String name, String statements) {
    return """
    import static dev.previews.docker.Docker.docker;
    import dev.previews.*;
    import dev.previews.environment.*;
    import dev.previews.exec.*;
    import java.nio.file.Path;
    import java.time.Duration;
    import java.util.stream.Stream;
    class %s {
      void run() throws Exception {
        %s
      }
    }
    """
        .formatted(name, statements);
  }

  private void compile(String name, String source) throws Exception {
    Path file = Files.writeString(directory.resolve(name + ".java"), source);
    int result =
        ToolProvider.getSystemJavaCompiler()
            .run(null, null, null, "-cp", classPath(), "-d", directory.toString(), file.toString());
    assertThat(result).as("compilation of %s", name).isZero();
  }

  /** Failsafe's class path, spelled out: its jar with a manifest does not serve a compiler. */
  private static String classPath() {
    return System.getProperty("surefire.test.class.path", System.getProperty("java.class.path"));
  }

  private static List<String> blocks() throws Exception {
    return JAVA.matcher(Files.readString(Shell.root().resolve("README.md")))
        .results()
        .map((MatchResult block) -> block.group(1))
        .toList();
  }
}
