package dev.previews;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.previews.environment.Environment.State;
import dev.previews.environment.EnvironmentId;
import dev.previews.environment.VolumePolicy;
import dev.previews.error.ConnectionException;
import dev.previews.spi.Context;
import dev.previews.spi.Machine;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A removal whose machine fails under it. */
class RemovalTest {
  private final Context context = Context.within(Duration.ofMinutes(1));
  private final List<EnvironmentId> deleted = new ArrayList<>();
  private FolderDriver driver = new FolderDriver(Path.of(""));
  private Machine machine = put(State.STARTING);

  @BeforeEach
  void start(@TempDir Path base) {
    driver = new FolderDriver(base);
    driver.onDelete(deleted::add);
    machine = put(State.RUNNING);
  }

  @Test
  void whatSomebodyElseRemovesMeanwhileIsRemovedToTheEnd() {
    remove(() -> put(State.STOPPED));
    assertThat(deleted).containsExactly(machine.id());
  }

  @Test
  void aFailureOfAMachineThatRunsIsTold() {
    assertThatThrownBy(() -> remove(() -> {}))
        .isInstanceOf(ConnectionException.class)
        .hasMessageContaining("ended under a command");
    assertThat(deleted).isEmpty();
  }

  private void remove(Runnable meanwhile) {
    Removal.of(
        machine,
        () -> {
          meanwhile.run();
          throw new ConnectionException("the container ended under a command");
        },
        driver,
        VolumePolicy.REMOVE,
        context);
  }

  private Machine put(State state) {
    return driver.put("shop", "", state, it -> it.shared(true));
  }
}
