package dev.previews;

import static org.assertj.core.api.Assertions.assertThat;

import dev.previews.environment.Environment.State;
import dev.previews.environment.LogLine;
import dev.previews.environment.ServicePort;
import dev.previews.exec.Command;
import dev.previews.spi.Context;
import dev.previews.spi.Deployment;
import dev.previews.spi.DuplexStream;
import dev.previews.spi.Machine;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.lang.reflect.Proxy;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.Iterator;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RenewalTest {
  private static final Instant LONG_AGO = Instant.now().minusSeconds(5000);
  private static final LogLine LINE = new LogLine(LONG_AGO, "web-1", false, "a line");

  @TempDir private Path base;
  private Path file = Path.of("");

  @BeforeEach
  void makeMachine() throws IOException {
    file = Files.createDirectory(base.resolve("one")).resolve(".expiry");
    Files.writeString(file, "1\n");
    makeOld();
  }

  @Test
  void readingLogsIsAUseAndSoIsEachLine() throws Exception {
    try (Deployment deployment = expiring("1")) {
      Iterator<LogLine> lines = deployment.logs("web", true).iterator();
      awaitUse();
      Thread.sleep(150); // a tenth of the second that it is kept, and more
      makeOld();
      assertThat(lines.next()).isEqualTo(LINE);
      awaitUse();
    }
  }

  @Test
  void connectingAndRunningACommandAreUses() throws Exception {
    for (Consumer<Deployment> use :
        List.<Consumer<Deployment>>of(
            it -> it.dial(ServicePort.of("web", 80)), it -> it.exec("web", Command.of("true")))) {
      makeOld();
      try (Deployment deployment = expiring("1")) {
        use.accept(deployment);
      }
      assertThat(isUsed()).isTrue();
    }
  }

  @Test
  void lookingIsNone() throws Exception {
    try (Deployment deployment = expiring("1")) {
      deployment.exposed();
      deployment.services();
    }
    assertThat(isUsed()).isFalse();
  }

  @Test
  void whatDoesNotExpireIsNotWatched() {
    Deployment deployment = silent();
    FolderDriver driver = new FolderDriver(base);
    Machine machine = driver.put("one", "", State.RUNNING, UnaryOperator.identity());
    assertThat(Renewal.byUseOf(deployment, machine, use(driver, machine))).isSameAs(deployment);
  }

  private Deployment expiring(String seconds) {
    FolderDriver driver = new FolderDriver(base);
    Machine machine = driver.put("one", seconds, State.RUNNING, UnaryOperator.identity());
    return Renewal.byUseOf(silent(), machine, use(driver, machine));
  }

  private static LastUse use(FolderDriver driver, Machine machine) {
    return LastUse.found(machine, driver.connect(machine, Context.within(Duration.ofMinutes(1))));
  }

  /** A deployment whose log has one line, and which does nothing else. */
  private static Deployment silent() {
    return (Deployment)
        Proxy.newProxyInstance(
            Deployment.class.getClassLoader(),
            new Class<?>[] {Deployment.class},
            (proxy, method, arguments) -> {
              return switch (method.getName()) {
                case "logs" -> Stream.of(LINE);
                case "exposed", "services" -> List.of();
                case "dial" -> new Silence();
                default -> null;
              };
            });
  }

  private record Silence(InputStream input, OutputStream output) implements DuplexStream {
    Silence() {
      this(InputStream.nullInputStream(), OutputStream.nullOutputStream());
    }

    @Override
    public void shutdownOutput() {}

    @Override
    public void close() {}
  }

  private void makeOld() throws IOException {
    Files.setLastModifiedTime(file, FileTime.from(LONG_AGO));
  }

  private void awaitUse() throws Exception {
    Instant latest = Instant.now().plusSeconds(10);
    while (!isUsed() && Instant.now().isBefore(latest)) {
      Thread.sleep(20);
    }
    assertThat(isUsed()).isTrue();
  }

  private boolean isUsed() throws IOException {
    return Files.getLastModifiedTime(file).toInstant().isAfter(LONG_AGO.plusSeconds(60));
  }
}
