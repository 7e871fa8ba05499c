package dev.previews;

import static org.assertj.core.api.Assertions.assertThat;

import dev.previews.environment.LogLine;
import dev.previews.environment.ServicePort;
import dev.previews.exec.Command;
import dev.previews.spi.Deployment;
import dev.previews.spi.DuplexStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.lang.reflect.Proxy;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Iterator;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RenewalTest {
  private static final LogLine LINE = new LogLine(Instant.EPOCH, "web-1", false, "a line");

  @TempDir private Path base;

  @Test
  void readingLogsIsAUseAndSoIsEachLine() throws Exception {
    IdleMachine machine = new IdleMachine(base, "1");
    try (Deployment deployment = watched(machine)) {
      Iterator<LogLine> lines = deployment.logs("web", true).iterator();
      awaitUse(machine);
      Thread.sleep(150); // a tenth of the second that it is kept, and more
      machine.forget();
      assertThat(lines.next()).isEqualTo(LINE);
      awaitUse(machine);
    }
  }

  @Test
  void connectingAndRunningACommandAreUses() throws Exception {
    for (Consumer<Deployment> use :
        List.<Consumer<Deployment>>of(
            it -> it.dial(ServicePort.of("web", 80)), it -> it.exec("web", Command.of("true")))) {
      IdleMachine machine = new IdleMachine(base, "1");
      try (Deployment deployment = watched(machine)) {
        use.accept(deployment);
      }
      assertThat(machine.isUsed()).isTrue();
    }
  }

  @Test
  void lookingIsNone() throws Exception {
    IdleMachine machine = new IdleMachine(base, "1");
    try (Deployment deployment = watched(machine)) {
      deployment.exposed();
      deployment.services();
    }
    assertThat(machine.isUsed()).isFalse();
  }

  @Test
  void whatDoesNotExpireIsNotWatched() throws Exception {
    Deployment deployment = silent();
    IdleMachine machine = new IdleMachine(base, "");
    assertThat(Renewal.byUseOf(deployment, machine.machine(), machine.found()))
        .isSameAs(deployment);
  }

  private static Deployment watched(IdleMachine machine) {
    return Renewal.byUseOf(silent(), machine.machine(), machine.found());
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

  private static void awaitUse(IdleMachine machine) throws IOException, InterruptedException {
    Instant latest = Instant.now().plusSeconds(10);
    while (!machine.isUsed() && Instant.now().isBefore(latest)) {
      Thread.sleep(20);
    }
    assertThat(machine.isUsed()).isTrue();
  }
}
