package dev.previews;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LastUseTest {
  @TempDir private Path base;

  private IdleMachine idle() throws IOException {
    return new IdleMachine(base, "3600");
  }

  @Test
  void theFirstUseOfAnEnvironmentThatWasFoundCountsEvenIfThisEndsAtOnce() throws IOException {
    IdleMachine machine = idle();
    try (LastUse use = machine.found()) {
      use.note();
    }
    assertThat(machine.isUsed()).isTrue();
  }

  @Test
  void aMachineThatWasToldAMomentAgoIsNotToldAgain() throws Exception {
    IdleMachine machine = idle();
    try (LastUse use = machine.begun(Duration.ofHours(1))) {
      use.note();
    }
    assertThat(machine.isUsed()).isFalse();
    try (LastUse use = machine.begun(Duration.ofSeconds(1))) {
      Thread.sleep(150);
      use.note();
    }
    assertThat(machine.isUsed()).isTrue();
  }

  @Test
  void everyByteIsAUseAndAnEndIsNone() throws IOException {
    IdleMachine machine = idle();
    try (LastUse use = machine.found();
        UsedInput input = new UsedInput(new ByteArrayInputStream(new byte[0]), use)) {
      assertThat(input.read()).isEqualTo(-1);
      assertThat(input.read(new byte[10])).isEqualTo(-1);
    }
    assertThat(machine.isUsed()).isFalse();
    try (LastUse use = machine.found();
        UsedInput input = new UsedInput(new ByteArrayInputStream(new byte[] {7}), use)) {
      assertThat(input.readAllBytes()).containsExactly(7);
    }
    assertThat(machine.isUsed()).isTrue();
    machine.forget();
    ByteArrayOutputStream written = new ByteArrayOutputStream();
    try (LastUse use = machine.found();
        UsedOutput output = new UsedOutput(written, use)) {
      output.write(new byte[] {1, 2, 3}, 1, 2);
    }
    assertThat(written.toByteArray()).containsExactly(2, 3);
    assertThat(machine.isUsed()).isTrue();
  }
}
