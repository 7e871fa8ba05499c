package dev.previews.compose.images;

import dev.previews.engine.Engine;
import dev.previews.spi.Context;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.BiPredicate;

/** Sends to the machine's engine what the local engine has and it lacks. */
final class LocalImages {
  private final LocalEngine localEngine;
  private final ImageStore machine;
  private final Runnable notes;
  private final Context context;

  /**
   * @param notes is told, before anything is sent, what may have arrived if this process dies
   */
  LocalImages(LocalEngine localEngine, ImageStore machine, Runnable notes, Context context) {
    this.localEngine = localEngine;
    this.machine = machine;
    this.notes = notes;
    this.context = context;
  }

  /**
   * Sends those that no registry has and that the machine lacks, or has otherwise.
   *
   * @return those that were sent
   */
  List<String> sendUnpullable(Collection<String> images, ImageState state) {
    return send(images, (image, here) -> !here.pullable() && !isThere(image, here, state), state);
  }

  /**
   * Sends those that the machine lacks, whether or not a registry has them.
   *
   * @return those that were sent
   */
  List<String> sendMissing(Collection<String> images, ImageState state) {
    List<String> missing = images.stream().filter(image -> machine.find(image).isEmpty()).toList();
    return send(missing, (image, here) -> true, state);
  }

  private boolean isThere(String image, StoredImage here, ImageState state) {
    return machine
        .find(image)
        .filter(there -> there.id().equals(here.id()) || state.holds(image, here.id(), there.id()))
        .isPresent();
  }

  private List<String> send(
      Collection<String> images, BiPredicate<String, StoredImage> isWanted, ImageState state) {
    Optional<Engine> found =
        images.isEmpty() ? Optional.empty() : localEngine.open(context.deadline());
    if (found.isEmpty()) {
      return List.of();
    }
    try (Engine engine = found.get()) {
      ImageStore local = new ImageStore(engine, context.deadline());
      Map<String, StoredImage> wanted = new LinkedHashMap<>();
      for (String image : images) {
        local
            .find(image)
            .filter(here -> isWanted.test(image, here))
            .ifPresent(here -> wanted.put(image, here));
      }
      if (wanted.isEmpty() || local.engineId().equals(machine.engineId())) {
        return List.of();
      }
      ImageSender sender = new ImageSender(local, machine, context);
      wanted.forEach((image, here) -> state.begin(image, here.id()));
      notes.run();
      wanted.forEach((image, here) -> state.put(image, here.id(), sender.send(image, here).id()));
      return List.copyOf(wanted.keySet());
    }
  }
}
