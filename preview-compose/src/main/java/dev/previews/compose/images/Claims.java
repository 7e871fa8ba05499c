package dev.previews.compose.images;

import dev.previews.engine.Engine;
import dev.previews.engine.SentImages;
import dev.previews.spi.Context;
import dev.previews.spi.Machine;
import java.util.Collection;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * An environment's claims to images that were sent to an engine which it shares; see {@link
 * SentImages}. On an engine of its own it needs none.
 */
public final class Claims {
  private final Machine machine;
  private final SentImages sent;
  private final ImageStore store;

  /** Those of the machine's environment. */
  public Claims(Machine machine, Engine engine, Context context) {
    this(machine, engine, new ImageStore(engine, context.deadline()), context);
  }

  Claims(Machine machine, Engine engine, ImageStore store, Context context) {
    this.machine = machine;
    this.sent = new SentImages(engine, machine.id(), context.deadline());
    this.store = store;
  }

  /** Claims those of the images that were sent, by this environment or for another. */
  void claim(Collection<String> images, ImageState state) {
    if (!machine.shared()) {
      return;
    }
    for (String image : images) {
      Optional<StoredImage> there = store.find(image);
      if (there.isPresent()
          && (state.isOurs(image, there.get().id())
              || SentImages.isClaimed(image, there.get().tags()))) {
        sent.claim(image, there.get().id(), there.get().tags());
      }
    }
  }

  /**
   * Gives all up, and removes what nobody claims any more: also what a process was sending when it
   * died.
   *
   * @param noted what an {@link ImagePreparation} noted last; asked when it is needed
   */
  public void release(Supplier<String> noted) {
    if (machine.shared()) {
      ImageState state = ImageState.parse(noted.get());
      claim(state.begun().keySet(), state);
      sent.release();
    }
  }
}
