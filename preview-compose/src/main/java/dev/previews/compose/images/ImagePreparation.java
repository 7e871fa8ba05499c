package dev.previews.compose.images;

import dev.previews.compose.cli.ComposeCli;
import dev.previews.compose.cli.EngineSocket;
import dev.previews.compose.model.Build;
import dev.previews.compose.model.DeployableModel;
import dev.previews.compose.model.DeployedService;
import dev.previews.engine.Engine;
import dev.previews.spi.Connection;
import dev.previews.spi.Context;
import dev.previews.spi.Machine;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Brings the images of a model to the machine's engine, as far as Compose does not pull them
 * itself: builds and sends only what changed.
 */
public final class ImagePreparation {
  private final ComposeCli cli;
  private final EngineSocket socket;
  private final Engine engine;
  private final Machine machine;
  private final Connection connection;
  private final Supplier<String> earlier;
  private final LocalEngine localEngine;
  private @Nullable ImageState state;
  private String noted = "";
  private boolean hasBuilt;

  /**
   * For one machine; nothing of what is given is closed.
   *
   * @param cli the Compose CLI of this machine
   * @param socket the machine's engine, for the CLI
   * @param engine the machine's engine
   * @param earlier what an earlier one noted, as it did; asked once, when it is needed
   * @param environment by which the user's Docker CLI, and so the local engine, is found
   */
  public ImagePreparation(
      ComposeCli cli,
      EngineSocket socket,
      Engine engine,
      Machine machine,
      Connection connection,
      Supplier<String> earlier,
      Map<String, String> environment) {
    this.cli = cli;
    this.socket = socket;
    this.engine = engine;
    this.machine = machine;
    this.connection = connection;
    this.earlier = earlier;
    this.localEngine = new LocalEngine(Map.copyOf(environment));
  }

  /**
   * Sends the images that exist only on the local engine, those that builds start from among them,
   * then builds what has changed. What was built is for {@link #note}.
   *
   * @throws dev.previews.error.RemoteCommandException when a build fails, or the machine's engine
   *     refuses an image
   * @throws dev.previews.error.DeadlineException when the deadline passed
   */
  public PreparedImages prepare(DeployableModel model, Context context) {
    ImageStore store = new ImageStore(engine, context.deadline());
    ImageState known = state();
    Set<String> candidates = unbuilt(model);
    model.services().stream()
        .filter(ImagePreparation::isAlwaysPulled)
        .forEach(service -> candidates.remove(service.image()));
    model.builds().forEach(build -> candidates.addAll(Dockerfile.baseImages(build)));
    candidates.removeAll(built(model));

    List<String> sent =
        new LocalImages(localEngine, store, notes(context), context)
            .sendUnpullable(candidates, known);
    if (!sent.isEmpty()) {
      note(context); // a build that fails must not make the next run send them again
    }
    Set<String> unbuilt = unbuilt(model);
    unbuilt.addAll(candidates);
    new Claims(machine, engine, store, context).claim(unbuilt, known);
    List<String> built = new Builds(cli, socket, store, model, context).run(known);
    hasBuilt = !built.isEmpty();
    unbuilt.addAll(built(model));
    known.retain(unbuilt);
    return new PreparedImages(built, sent, toPull(model, store));
  }

  /**
   * Sends those of the images that the machine's engine lacks and the local engine has, even though
   * a registry should have them: for when Compose could not pull them.
   *
   * @return the images that were sent; none when the local engine is no help
   * @throws dev.previews.error.RemoteCommandException when the machine's engine refuses an image
   */
  public List<String> sendMissing(Collection<String> images, Context context) {
    ImageState known = state();
    ImageStore store = new ImageStore(engine, context.deadline());
    List<String> sent =
        new LocalImages(localEngine, store, notes(context), context).sendMissing(images, known);
    if (!sent.isEmpty()) {
      new Claims(machine, engine, store, context).claim(sent, known);
      note(context);
    }
    return sent;
  }

  /**
   * Notes on the machine what the next run is to know, where it does not yet. Without it, the next
   * run does more than it needs to.
   *
   * @throws dev.previews.error.RemoteCommandException when the machine cannot keep it
   */
  public void note(Context context) {
    String now = state().json();
    if (!now.equals(noted)) {
      new ImageStateFile(machine, connection, context).write(now);
      noted = now;
    }
  }

  /**
   * Removes what the builds of {@link #prepare} took the name of, if there were any; to be called
   * when what was built runs. Where that fails, it is said and they stay until the next time.
   */
  public void removeSuperseded(Context context) {
    if (hasBuilt) {
      new SupersededImages(engine, machine, context).remove();
    }
  }

  private ImageState state() {
    ImageState known = state;
    if (known == null) {
      known = ImageState.parse(earlier.get());
      noted = known.json();
      state = known;
    }
    return known;
  }

  /** An engine that is the environment's own goes with all that was sent. */
  private Runnable notes(Context context) {
    return machine.shared() ? () -> note(context) : () -> {};
  }

  private static List<String> toPull(DeployableModel model, ImageStore store) {
    Set<String> images = unbuilt(model);
    Set<String> always =
        model.services().stream()
            .filter(ImagePreparation::isAlwaysPulled)
            .map(DeployedService::image)
            .collect(Collectors.toSet());
    return images.stream()
        .filter(image -> always.contains(image) || store.find(image).isEmpty())
        .toList();
  }

  private static boolean isAlwaysPulled(DeployedService service) {
    return service.pullPolicy().equals("always");
  }

  private static Set<String> built(DeployableModel model) {
    return model.builds().stream().map(Build::image).collect(Collectors.toSet());
  }

  /** The images that services run and no build makes. */
  private static Set<String> unbuilt(DeployableModel model) {
    Set<String> built = built(model);
    return model.services().stream()
        .map(DeployedService::image)
        .filter(image -> !image.isEmpty() && !built.contains(image))
        .collect(Collectors.toCollection(LinkedHashSet::new));
  }
}
