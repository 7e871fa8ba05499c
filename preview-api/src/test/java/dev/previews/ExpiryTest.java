package dev.previews;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.previews.environment.Environment.State;
import dev.previews.error.RemoteCommandException;
import dev.previews.spi.Context;
import dev.previews.spi.Machine;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ExpiryTest {
  @TempDir private Path base;
  private Path file = Path.of("");

  @BeforeEach
  void makeMachine() throws IOException {
    file = Files.createDirectory(base.resolve("one")).resolve(".expiry");
  }

  @Test
  void countsFromTheLastUse() throws IOException {
    Expiry expiry = of("60");
    expiry.set(Optional.of(Duration.ofSeconds(60)));
    assertThat(expiry.passed()).isFalse();
    lastUsed(61);
    assertThat(expiry.passed()).isTrue();
    assertThat(expiry.renew()).contains(Duration.ofSeconds(60));
    assertThat(expiry.passed()).isFalse();
  }

  @Test
  void anEnvironmentWithoutTimeStaysWhateverItsLabelSays() throws IOException {
    Expiry expiry = of("1");
    expiry.set(Optional.of(Duration.ofSeconds(1)));
    expiry.set(Optional.empty());
    lastUsed(1000);
    assertThat(expiry.passed()).isFalse();
    assertThat(expiry.renew()).isEmpty();
  }

  @Test
  void itMayBeSetByManyAtOnce() {
    IntStream.range(0, 200)
        .parallel()
        .forEach(i -> of("60").set(Optional.of(Duration.ofSeconds(60))));
    assertThat(of("60").renew()).contains(Duration.ofSeconds(60));
    assertThat(base.resolve("one").toFile().list()).containsExactly(".expiry");
  }

  @Test
  void aShorterTimeThanThatOfTheLabelCounts() throws IOException {
    Expiry expiry = of("3600");
    expiry.set(Optional.of(Duration.ofSeconds(5)));
    lastUsed(6);
    assertThat(expiry.passed()).isTrue();
  }

  @Test
  void aMachineThatSaysNothingOfItsLastUseIsKeptForItsTimeFromNow() throws IOException {
    Expiry expiry = of("5");
    assertThat(expiry.passed()).isFalse();
    assertThat(Files.readString(file)).isEqualTo("5\n");
    lastUsed(6);
    assertThat(expiry.passed()).isTrue();
  }

  @Test
  void aMachineWithoutItsDirectoryIsJudgedByItsCreation() throws IOException {
    Files.delete(file.getParent());
    assertThat(of("50").passed()).isTrue();
    assertThat(of("500").passed()).isFalse();
    assertThat(base).isEmptyDirectory();
  }

  @Test
  void aDirectoryThatCannotBeSeenIsNoReasonToRemoveAnything() throws IOException {
    Files.delete(file.getParent());
    Files.delete(base);
    Expiry expiry = of("50");
    assertThatThrownBy(expiry::passed).isInstanceOf(RemoteCommandException.class);
    Files.createDirectory(base);
  }

  private Expiry of(String label) {
    FolderDriver driver = new FolderDriver(base);
    Machine machine = driver.put("one", label, State.RUNNING, UnaryOperator.identity());
    Context context = Context.within(Duration.ofMinutes(1));
    return new Expiry(machine, driver.connect(machine, context), context);
  }

  private void lastUsed(int secondsAgo) throws IOException {
    Files.setLastModifiedTime(file, FileTime.from(Instant.now().minusSeconds(secondsAgo)));
  }
}
