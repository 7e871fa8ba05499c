package dev.previews.release;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Pattern;
import org.assertj.core.api.SoftAssertions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The jars and megabytes that ARCHITECTURE.md says our users get. */
class FootprintIT {
  /** {@code | `preview-docker`, `preview-kube` | 53 | 37.0 |}. */
  private static final Pattern ROW =
      Pattern.compile("(?m)^\\| (`preview-[^|]*) \\| (\\d+) \\| (\\d+\\.\\d) \\|$");

  private static final Pattern LOGGING_BACKEND =
      Pattern.compile("/(logback|log4j-core|reload4j|slf4j-(simple|jdk14|log4j|reload4j))");
  private static final Pattern BOUNCY_CASTLE = Pattern.compile("/org/bouncycastle/");
  private static final Pattern NETTY = Pattern.compile("/io/netty/");

  /** What ARCHITECTURE.md says may differ so much before somebody has to correct it. */
  private static final double SLACK = 0.15;

  @TempDir static Path directory;

  private static final Map<Consumer, Row> TABLE = new LinkedHashMap<>();
  private static final Map<Consumer, Row> FOUND = new LinkedHashMap<>();

  private record Row(int jars, double megabytes) {
    static Row of(List<Path> jars) {
      return new Row(jars.size(), jars.stream().mapToLong(FootprintIT::size).sum() / 1e6);
    }

    String with(Consumer consumer) {
      return String.format(
          Locale.ROOT,
          "| `%s` | %d | %.1f |",
          String.join("`, `", consumer.artifacts()),
          jars,
          megabytes);
    }
  }

  @BeforeAll
  static void measure() throws Exception {
    ROW.matcher(Files.readString(Command.root().resolve("ARCHITECTURE.md")))
        .results()
        .forEach(
            it ->
                TABLE.put(
                    Consumer.of(it.group(1).replace("`", "").split(", ")),
                    new Row(Integer.parseInt(it.group(2)), Double.parseDouble(it.group(3)))));
    List<Consumer> consumers = new ArrayList<>(TABLE.keySet());
    Consumer.resolve(directory, consumers);
    for (Consumer consumer : consumers) {
      FOUND.put(consumer, Row.of(consumer.jars(directory)));
    }
  }

  @Test
  void theTableIsTrue() {
    SoftAssertions softly = new SoftAssertions();
    TABLE.forEach(
        (consumer, said) -> {
          Row found = FOUND.get(consumer);
          softly
              .assertThat(said.jars())
              .as("ARCHITECTURE.md should say: %s", found.with(consumer))
              .isEqualTo(found.jars());
          softly
              .assertThat(said.megabytes())
              .as("ARCHITECTURE.md should say: %s", found.with(consumer))
              .isCloseTo(found.megabytes(), within(SLACK));
        });
    softly.assertAll();
  }

  @Test
  void theTableHasEveryModuleThatIsPublished() throws Exception {
    assertThat(TABLE.keySet().stream().flatMap(it -> it.artifacts().stream()))
        .containsAll(Published.all().stream().map(Published::artifact).toList());
  }

  @Test
  void itStaysSmall() {
    double docker = megabytes("preview-docker");
    double kube = megabytes("preview-docker", "preview-kube");
    double ssh = megabytes("preview-docker", "preview-kube", "preview-ssh");
    assertThat(docker).as("api, docker and compose").isLessThanOrEqualTo(20);
    assertThat(kube).as("with Kubernetes").isLessThanOrEqualTo(45);
    assertThat(ssh - kube).as("what SSH adds").isLessThanOrEqualTo(1.5);
  }

  @Test
  void nobodyGetsALoggingBackendOrBouncyCastleAndOnlyTheGatewayGetsNetty() throws Exception {
    SoftAssertions softly = new SoftAssertions();
    for (Consumer consumer : TABLE.keySet()) {
      boolean gateway = consumer.artifacts().contains("preview-gateway");
      softly
          .assertThat(consumer.jars(directory).stream().map(Path::toString))
          .as("%s", consumer.artifacts())
          .noneMatch(it -> LOGGING_BACKEND.matcher(it).find())
          .noneMatch(it -> BOUNCY_CASTLE.matcher(it).find())
          .noneMatch(it -> !gateway && NETTY.matcher(it).find());
    }
    softly.assertAll();
  }

  private static double megabytes(String... artifacts) {
    return FOUND.get(Consumer.of(artifacts)).megabytes();
  }

  private static long size(Path jar) {
    try {
      return Files.size(jar);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
