package dev.previews;

import dev.previews.environment.Environment.State;
import dev.previews.spi.Connection;
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

/** A machine that is a folder, and was last used long ago. */
final class IdleMachine {
  private static final Instant LONG_AGO = Instant.now().minusSeconds(5000);

  private final Path file;
  private final FolderDriver driver;
  private final Machine machine;

  /** One that is kept for so many seconds; for ever when there are none. */
  IdleMachine(Path base, String seconds) throws IOException {
    file = Files.createDirectories(base.resolve("one")).resolve(".expiry");
    driver = new FolderDriver(base);
    machine = driver.put("one", seconds, State.RUNNING, UnaryOperator.identity());
    Files.writeString(file, seconds + "\n");
    forget();
  }

  Machine machine() {
    return machine;
  }

  /** Its use, when nobody knows yet for how long it is kept. */
  LastUse found() {
    return LastUse.found(machine, connection());
  }

  /** Its use, when its time has just begun. */
  LastUse begun(Duration ttl) {
    return LastUse.from(machine, connection(), Optional.of(ttl));
  }

  private Connection connection() {
    return driver.connect(machine, Context.within(Duration.ofMinutes(1)));
  }

  /** Makes the last use one of long ago again. */
  void forget() throws IOException {
    Files.setLastModifiedTime(file, FileTime.from(LONG_AGO));
  }

  /** Whether it was told of a use since then. */
  boolean isUsed() throws IOException {
    return Files.getLastModifiedTime(file).toInstant().isAfter(LONG_AGO.plusSeconds(60));
  }
}
