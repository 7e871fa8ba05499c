package dev.previews.examples.hello;

import static org.assertj.core.api.Assertions.assertThat;

import dev.previews.Previews;
import dev.previews.machines.TestImages;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What one types into a shell: ours, Java's own, and with a program in one file. */
class ShellIT {
  private static final String ID = "shell-it";
  private static final String OTHER = "shell-it-other";

  @TempDir Path directory;
  private Path compose = Path.of("");

  @BeforeEach
  void writeProject() throws Exception {
    TestImages.requireEngine();
    TestImages.provide("busybox:1.37");
    compose =
        Files.writeString(
            directory.resolve("compose.yaml"),
            """
            services:
              web:
                image: busybox:1.37
                init: true
                command: [sh, -c, "echo awake; sleep 4; touch /ready; exec httpd -f -p 80 -h /etc"]
                ports: ["80"]
                healthcheck: {test: [CMD, test, -f, /ready], interval: 1s, retries: 60}
            """);
  }

  @AfterEach
  void remove() {
    Previews.builder().down(ID);
    Previews.builder().down(OTHER);
  }

  @Test
  void bringsUpListsAndTakesDown() throws Exception {
    Path typed =
        Files.writeString(
            directory.resolve("typed.jsh"),
            """
            var preview = up("%s", "%s")
            System.out.println("exec says " + preview.exec("web", "echo", "hello").stdout())
            preview.logs("web", false).forEach(System.out::println)
            preview.services().forEach(System.out::println)
            list()
            System.out.println(previews.id("%s"))
            up("%s").down()
            System.out.println("others: " + java.util.List.of(ssh("host"), kube(), docker(), gateway("ssh://host")))
            System.out.println("imported: " + java.util.List.of(NotFoundException.class.getPackage(), Docker.class, Kube.class, Ssh.class, Access.PRIVATE))
            System.out.println("still there: " + previews.find("%s").isPresent())
            down("%s")
            System.out.println("left: " + previews.find("%s"))
            /exit
            """
                .formatted(compose, ID, OTHER, compose, ID, ID, ID));

    Shell shell = Shell.run(Shell.root(), "./preview-shell", typed.toString());

    assertThat(shell.exitCode()).as(shell.output()).isZero();
    assertThat(shell.output())
        .containsPattern("web +running +healthy +busybox:1.37")
        .containsPattern("http://127\\.0\\.0\\.1:\\d+")
        .contains("exec says hello")
        .containsPattern("web-1 \\| awake\n")
        .containsPattern("\nweb running healthy busybox:1.37 http://127\\.0\\.0\\.1:\\d+")
        .containsPattern(ID + " running on docker, of ")
        .contains("previews on docker, id " + OTHER + ", owner ")
        .contains("others: [ssh to host")
        .contains("imported: [package dev.previews.error, class dev.previews.docker.Docker,")
        .contains("still there: true")
        .contains("left: Optional.empty")
        .doesNotContain("Error:")
        .doesNotContain("Exception");
  }

  @Test
  void onATerminalItShowsProgressAndSurvivesControlC() throws Exception {
    Files.write(directory.resolve("large"), new byte[64 << 20]);
    Files.writeString(compose, "    volumes: ['./large:/large']\n", StandardOpenOption.APPEND);
    String up = "up(\"" + compose + "\", \"" + ID + "\")";
    try (Terminal terminal = Terminal.run(Shell.root(), "./preview-shell")) {
      terminal.await("jshell> ");
      terminal.type(up);
      assertThat(terminal.await("web is (running|starting)"))
          .contains("\r\u001b[Kpreparing the machine …")
          .containsPattern("\r\u001b\\[K\\[█*░+\\] 0/1 files, \\d+(\\.\\d)? k?M?B/67.1 MB");
      terminal.pressControlC();
      terminal.await("jshell> ");

      terminal.type(up);
      terminal.await("web +running +healthy");
      assertThat(terminal.await("==> preview " + ID)).doesNotContain("Exception");
      terminal.await("jshell> ");
      terminal.type("/exit");
    }
  }

  @Test
  void aPlainJshellDoesItToo() throws Exception {
    // The README's line, and what the page then types, with this project and id.
    List<String> blocks =
        Pattern.compile("```(?:sh|java)\n(.*?)```", Pattern.DOTALL)
            .matcher(Files.readString(Shell.root().resolve("docs/jshell.md")))
            .results()
            .map((MatchResult block) -> block.group(1))
            .toList();
    String line = blocks.get(1).lines().filter(it -> it.startsWith("jshell ")).findFirst().get();
    String typed =
        "import dev.previews.*\n"
            + blocks
                .get(2)
                .replace("\"compose.yaml\"", "\"" + compose + "\"")
                .replace("\"demo\"", "\"" + ID + "\"")
            + "/exit\n";
    Path input = Files.writeString(directory.resolve("plain.jsh"), typed);

    Shell shell = Shell.run(Shell.root(), "bash", "-c", line + " < " + input);

    assertThat(shell.output())
        .contains("preview ==> preview " + ID)
        .containsPattern("web:80 +http://127\\.0\\.0\\.1:\\d+")
        .doesNotContain("Exception");
    assertThat(Previews.builder().find(ID)).isEmpty();
  }

  @Test
  void aProgramInOneFileDoesItToo() throws Exception {
    Path program = Shell.root().resolve("examples/script/PreviewUp.java");
    String java = Path.of(System.getProperty("java.home"), "bin", "java").toString();

    Shell shell =
        Shell.run(
            Shell.root(),
            java,
            "-cp",
            Shell.root().resolve("examples/hello/target/lib") + "/*",
            program.toString(),
            compose.toString(),
            ID);

    assertThat(shell.exitCode()).as(shell.output()).isZero();
    assertThat(shell.output())
        .containsPattern("web running healthy busybox:1.37 http://127\\.0\\.0\\.1:\\d+");
    assertThat(Previews.builder().find(ID)).isPresent();
  }
}
