package dev.previews;

import static org.assertj.core.api.Assertions.assertThat;

import dev.previews.environment.Environment.State;
import dev.previews.spi.Connection;
import dev.previews.spi.Context;
import dev.previews.spi.Machine;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LastUseTest {
  private static final Instant LONG_AGO = Instant.now().minusSeconds(5000);

  @TempDir private Path base;
  private Path file = Path.of("");

  @BeforeEach
  void makeMachine() throws IOException {
    file = Files.createDirectory(base.resolve("one")).resolve(".expiry");
    Files.writeString(file, "3600\n");
    Files.setLastModifiedTime(file, FileTime.from(LONG_AGO));
  }

  @Test
  void theFirstUseOfAnEnvironmentThatWasFoundCountsEvenIfThisEndsAtOnce() throws IOException {
    try (LastUse use = found()) {
      use.note();
    }
    assertThat(isNoted()).isTrue();
  }

  @Test
  void aMachineThatWasToldAMomentAgoIsNotToldAgain() throws Exception {
    try (LastUse use = found()) {
      use.note();
    }
    Files.setLastModifiedTime(file, FileTime.from(LONG_AGO));
    FolderDriver driver = new FolderDriver(base);
    try (LastUse use =
        LastUse.from(machine(driver), connection(driver), Optional.of(Duration.ofHours(1)))) {
      use.note();
    }
    assertThat(isNoted()).isFalse();
    try (LastUse use =
        LastUse.from(machine(driver), connection(driver), Optional.of(Duration.ofSeconds(1)))) {
      Thread.sleep(150);
      use.note();
    }
    assertThat(isNoted()).isTrue();
  }

  @Test
  void everyByteIsAUseAndAnEndIsNone() throws IOException {
    try (LastUse use = found();
        UsedInput input = new UsedInput(new ByteArrayInputStream(new byte[0]), use)) {
      assertThat(input.read()).isEqualTo(-1);
      assertThat(input.read(new byte[10])).isEqualTo(-1);
    }
    assertThat(isNoted()).isFalse();
    try (LastUse use = found();
        UsedInput input = new UsedInput(new ByteArrayInputStream(new byte[] {7}), use)) {
      assertThat(input.readAllBytes()).containsExactly(7);
    }
    assertThat(isNoted()).isTrue();
    Files.setLastModifiedTime(file, FileTime.from(LONG_AGO));
    ByteArrayOutputStream written = new ByteArrayOutputStream();
    try (LastUse use = found();
        UsedOutput output = new UsedOutput(written, use)) {
      output.write(new byte[] {1, 2, 3}, 1, 2);
    }
    assertThat(written.toByteArray()).containsExactly(2, 3);
    assertThat(isNoted()).isTrue();
  }

  private LastUse found() {
    FolderDriver driver = new FolderDriver(base);
    return LastUse.found(machine(driver), connection(driver));
  }

  private static Machine machine(FolderDriver driver) {
    return driver.put("one", "3600", State.RUNNING, UnaryOperator.identity());
  }

  private static Connection connection(FolderDriver driver) {
    return driver.connect(machine(driver), Context.within(Duration.ofMinutes(1)));
  }

  private boolean isNoted() throws IOException {
    return Files.getLastModifiedTime(file).toInstant().isAfter(LONG_AGO.plusSeconds(60));
  }
}
