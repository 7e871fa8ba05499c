package dev.previews.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import dev.previews.Preview;
import dev.previews.Previews;
import java.nio.file.Path;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * The environment that tests of a class have in common: they neither change nor end it. It comes up
 * when the first of them asks for it.
 */
final class CommonEnvironment {
  static final String OWNER = "alice";

  private final String id = "c" + UUID.randomUUID().toString().substring(0, 8);
  private Path folder = Path.of("");
  private @Nullable UpContract asker;

  /** Where its project goes. */
  void folder(Path folder) {
    this.folder = folder;
  }

  String id() {
    return id;
  }

  /** Brings it up, the first time from nothing; the caller closes it. */
  synchronized Preview up(UpContract test) throws Exception {
    asker = test;
    return previews(test).up(UpContract.writeProject(folder));
  }

  /** Takes it down if a test has asked for it. */
  synchronized void remove() throws Exception {
    if (asker != null) {
      previews(asker).down(id);
      assertThat(asker.place().leftovers(id)).isEmpty();
    }
  }

  private Previews.Builder previews(UpContract test) {
    return test.previews(id).owner(OWNER);
  }
}
