package dev.previews.release;

import static org.assertj.core.api.Assertions.assertThat;

import dev.previews.Previews;
import dev.previews.machines.TestImages;
import java.io.ByteArrayOutputStream;
import java.io.File;
import java.io.StringReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import javax.tools.ToolProvider;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.xml.sax.InputSource;

/** What the pages say is true: their Java compiles and runs, their coordinates are ours. */
class PagesIT {
  private static final Consumer DOCKER = Consumer.of("preview-docker");
  private static final Consumer ALL =
      Consumer.of(
          "preview-docker", "preview-kube", "preview-ssh", "preview-tunnel", "preview-junit");

  /** What a page with Java tells its reader to depend on; the README's first example needs less. */
  private static final Map<String, Consumer> DEPENDENCIES =
      Map.of(
          "README.md", ALL,
          "docs/docker.md", DOCKER,
          "docs/kubernetes.md", Consumer.of("preview-kube"),
          "docs/templates.md", Consumer.of("preview-kube"),
          "docs/ssh.md", Consumer.of("preview-ssh"),
          "docs/tunnels.md", Consumer.of("preview-docker", "preview-tunnel"),
          "docs/jshell.md", DOCKER,
          "docs/junit.md", Consumer.of("preview-junit"),
          "docs/tools.md", DOCKER);

  /** The commands that the pages show, and what runs them. */
  private static final Map<String, String> COMMANDS =
      Map.of(
          "./quickstart", "QuickstartIT",
          "./quickstart down", "QuickstartIT",
          "./quickstart --kube", "QuickstartKubeIT",
          "./preview-shell", "ShellIT",
          "./check", "whoever runs this",
          "./check --fast", "a part of ./check",
          "./check --release", "a part of ./check",
          "lab/lab up kube && eval \"$(lab/lab env)\"", "./check");

  /** Lines that other tests read, each whole, and run or check. */
  private static final Set<String> READ_BY_A_TEST =
      Set.of(
          "mvn -q dependency:copy-dependencies -DoutputDirectory=target/lib",
          "jshell --class-path \"$(printf '%s:' target/lib/*.jar)\"",
          "jshell --class-path \"$(printf '%s:' examples/hello/target/lib/*.jar)\"");

  private static final Map<String, String> IMPORTS =
      Map.of(
          "docker()", "import static dev.previews.docker.Docker.docker;",
          "kube()", "import static dev.previews.kube.Kube.kube;",
          "ssh(", "import static dev.previews.ssh.Ssh.ssh;",
          "gateway(", "import static dev.previews.tunnel.Gateway.gateway;",
          "ComposeDeployerProvider", "import dev.previews.compose.ComposeDeployerProvider;",
          "@Test", "import org.junit.jupiter.api.Test;",
          "PreviewExtension", "import org.junit.jupiter.api.extension.RegisterExtension;",
          "@ServiceUrl", "import dev.previews.junit.*;",
          "@RegisterExtension", "import dev.previews.junit.PreviewExtension;");

  @TempDir static Path consumers;
  @TempDir Path directory;

  @BeforeAll
  static void resolve() throws Exception {
    Consumer.resolve(consumers, DEPENDENCIES.values().stream().distinct().toList());
  }

  @Test
  void theFirstExampleRunsWithItsOneDependency() throws Exception {
    TestImages.requireEngine();
    TestImages.provide("busybox:1.37");
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
    Page readme = Page.of("README.md");
    assertThat(readme.blocks("xml").get(0)).contains("<artifactId>preview-docker</artifactId>");
    String id = "readme-" + UUID.randomUUID().toString().substring(0, 8);
    String demo = readme.blocks("java").get(0).replace("id(\"demo\")", "id(\"" + id + "\")");
    compile(DOCKER, List.of(write("Demo", demo)));
    try {
      String classPath = directory + File.pathSeparator + classPath(DOCKER);
      assertThat(Command.of(directory, Command.java("java"), "-cp", classPath, "Demo").output())
          .containsPattern("http://127\\.0\\.0\\.1:\\d+\n");
    } finally {
      Previews.builder().down(id);
    }
  }

  @Test
  void javaCompilesWithWhatThePageNames() throws Exception {
    int compiled = 0;
    for (Page page : Page.all()) {
      List<String> blocks = page.blocks("java");
      List<String> sources = new ArrayList<>();
      for (int i = 0; i < blocks.size(); i++) {
        if (!blocks.get(i).contains("public class Demo")) {
          String block = page.name().replaceAll("\\W", "_") + "_" + (i + 1);
          sources.add(write(block, wrapped(block, blocks.get(i))));
        }
      }
      if (!sources.isEmpty()) {
        assertThat(DEPENDENCIES).as("the dependencies of its Java").containsKey(page.name());
        compile(DEPENDENCIES.get(page.name()), sources);
        compiled += sources.size();
      }
    }
    assertThat(compiled).isGreaterThan(10);
  }

  @Test
  void everyBlockIsOfALanguageThatIsTested() throws Exception {
    for (Page page : Page.all()) {
      assertThat(page.blocks())
          .as(page.name())
          .allMatch(it -> List.of("java", "xml", "kotlin", "sh").contains(it.language()));
      assertThat(Files.readString(page.file()).lines().filter(it -> it.startsWith("```")))
          .as(page.name())
          .hasSize(2 * page.blocks().size());
    }
  }

  @Test
  void commandsAreRunByATestThatIsNamed() throws Exception {
    List<String> commands = new ArrayList<>();
    for (Page page : Page.all()) {
      for (String block : page.blocks("sh")) {
        block.lines().map(it -> it.replaceAll("\\s+#.*", "")).forEach(commands::add);
      }
    }
    assertThat(commands).contains("./quickstart");
    commands.removeAll(ContributingIT.commands().values());
    assertThat(
            commands.stream()
                .filter(it -> !COMMANDS.containsKey(it))
                .filter(it -> !READ_BY_A_TEST.contains(it)))
        .isEmpty();
    for (Map.Entry<String, String> command : COMMANDS.entrySet()) {
      if (command.getValue().endsWith("IT")) {
        assertThat(
                Command.root()
                    .resolve("examples/hello/src/test/java/dev/previews/examples/hello")
                    .resolve(command.getValue() + ".java"))
            .content()
            .contains("\"" + command.getKey().split(" ", 2)[0] + "\"");
      }
    }
  }

  @Test
  void theJshellLinesStartOneThatHasTheLibrary() throws Exception {
    Page tools = Page.of("docs/tools.md");
    String sample = Command.root().resolve("examples/sample/pom.xml").toString();
    Files.copy(Path.of(sample), directory.resolve("pom.xml"));
    Path typed =
        Files.writeString(
            directory.resolve("typed.jsh"),
            """
            System.out.println(dev.previews.Previews.builder().driver("docker") != null)
            /exit
            """);
    String said =
        Command.of(
                directory,
                "bash",
                "-ec",
                tools.blocks("sh").get(0).stripTrailing() + " " + typed + " 2>&1")
            .environment("MAVEN_OPTS", "-Dmaven.repo.local=" + Command.repository())
            .output();
    assertThat(said).endsWith("true\n");
  }

  @Test
  void coordinatesAreThoseOfTheBom() throws Exception {
    List<String> artifacts = new ArrayList<>(List.of("preview-bom"));
    Published.all().forEach(it -> artifacts.add(it.artifact()));
    int found = 0;
    for (Page page : Page.all()) {
      for (String xml : page.blocks("xml")) {
        DocumentBuilderFactory.newInstance()
            .newDocumentBuilder()
            .parse(new InputSource(new StringReader("<snippet>" + xml + "</snippet>")));
        found += check(artifacts, xml, "<artifactId>(preview-[^<]+)</artifactId>");
        check(List.of(Published.version()), xml, "<version>([^<]+)</version>");
      }
      for (String kotlin : page.blocks("kotlin")) {
        found += check(artifacts, kotlin, "dev\\.previews:([^:\"]+)");
        check(List.of(Published.version()), kotlin, "dev\\.previews:[^:\"]+:([^\"]+)");
      }
    }
    assertThat(found).isGreaterThan(4);
    for (String example : List.of("sample", "maven", "spring")) {
      check(
          List.of(Published.version()),
          Files.readString(Command.root().resolve("examples").resolve(example).resolve("pom.xml")),
          "<artifactId>preview-bom</artifactId>\\s*<version>([^<]+)<");
    }
    check(
        List.of(Published.version()),
        Files.readString(Command.root().resolve("examples/script/PreviewUp.java")),
        "//DEPS dev\\.previews:[^:\\s]+:(\\S+)");
  }

  private static int check(List<String> known, String text, String pattern) {
    List<String> named =
        Pattern.compile(pattern).matcher(text).results().map(it -> it.group(1)).toList();
    assertThat(named).isNotEmpty();
    assertThat(known).containsAll(named);
    return named.size();
  }

  @Test
  void messagesOfTroubleshootingAreOurs() throws Exception {
    String sources = sources();
    List<String> rows =
        Files.readString(Command.root().resolve("docs/troubleshooting.md"))
            .lines()
            .filter(it -> it.startsWith("| `"))
            .toList();
    assertThat(rows).hasSizeGreaterThan(8);
    for (String row : rows) {
      String messages = row.substring(0, row.indexOf('|', 1));
      Pattern.compile("`([^`]+)`")
          .matcher(messages)
          .results()
          .flatMap(it -> Stream.of(it.group(1).split("…")))
          .map(String::strip)
          .filter(it -> !it.equals("violates PodSecurity")) // the cluster's
          .forEach(it -> assertThat(sources.contains(it)).as("%s: %s", row, it).isTrue());
    }
  }

  /** All that our code may say, texts that are joined over lines as one. */
  private static String sources() throws Exception {
    try (Stream<Path> files = Files.walk(Command.root(), 14)) {
      return files
          .filter(it -> it.toString().contains("/src/main/"))
          .filter(it -> it.toString().matches(".*\\.(java|sh)"))
          .map(PagesIT::read)
          .map(it -> it.replaceAll("\"\\s*\\+\\s*\"", "").replace("\\\"", "\""))
          .collect(Collectors.joining("\n"));
    }
  }

  @Test
  void linksLeadSomewhere() throws Exception {
    for (Page page : Page.all()) {
      Pattern.compile("\\]\\(([^)#:]+)\\)")
          .matcher(Files.readString(page.file()))
          .results()
          .forEach(
              it -> assertThat(page.file().resolveSibling(it.group(1))).as(page.name()).exists());
    }
  }

  private static String read(Path file) {
    try {
      return Files.readString(file);
    } catch (java.io.IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }

  /** A class stands for itself; statements get one around them. Imports are what an IDE adds. */
  private static String wrapped(String name, String code) {
    boolean isClass = code.startsWith("@PreviewEnvironment") || code.startsWith("class ");
    String body = isClass ? code : "void run() throws Exception {\n" + code + "\n}";
    String imports =
        IMPORTS.entrySet().stream()
            .filter(it -> code.contains(it.getKey()))
            .map(Map.Entry::getValue)
            .collect(Collectors.joining("\n"));
    return """
    %s
    import dev.previews.*;
    import dev.previews.environment.*;
    import dev.previews.exec.*;
    import java.net.URI;
    import java.nio.file.Path;
    import java.time.Duration;
    import java.util.stream.Stream;
    class %s {
      %s
    }
    """
        .formatted(imports, name, body);
  }

  private String write(String name, String source) throws Exception {
    return Files.writeString(directory.resolve(name + ".java"), source).toString();
  }

  private void compile(Consumer consumer, List<String> sources) throws Exception {
    List<String> arguments =
        new ArrayList<>(List.of("-cp", classPath(consumer), "-d", directory.toString()));
    arguments.addAll(sources);
    ByteArrayOutputStream said = new ByteArrayOutputStream();
    int result =
        ToolProvider.getSystemJavaCompiler()
            .run(null, said, said, arguments.toArray(String[]::new));
    assertThat(result).as(said.toString(StandardCharsets.UTF_8)).isZero();
  }

  private static String classPath(Consumer consumer) throws Exception {
    return consumer.jars(consumers).stream()
        .map(Path::toString)
        .collect(Collectors.joining(File.pathSeparator));
  }
}
