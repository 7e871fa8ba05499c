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
import java.util.function.Consumer;
import java.util.stream.Collectors;

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
  private final LocalEngine localEngine;

  /**
   * For one machine; nothing of what is given is closed.
   *
   * @param cli the Compose CLI of this machine
   * @param socket the machine's engine, for the CLI
   * @param engine the machine's engine
   * @param environment by which the user's Docker CLI, and so the local engine, is found
   */
  public ImagePreparation(
      ComposeCli cli,
      EngineSocket socket,
      Engine engine,
      Machine machine,
      Connection connection,
      Map<String, String> environment) {
    this.cli = cli;
    this.socket = socket;
    this.engine = engine;
    this.machine = machine;
    this.connection = connection;
    this.localEngine = new LocalEngine(Map.copyOf(environment));
  }

  /**
   * Sends the images that exist only on the local engine, those that builds start from among them,
   * then builds what has changed.
   *
   * @throws dev.previews.error.RemoteCommandException when a build fails, or the machine's engine
   *     refuses an image
   * @throws dev.previews.error.DeadlineException when the deadline passed
   */
  public PreparedImages prepare(DeployableModel model, Context context) {
    ImageStore store = new ImageStore(engine, context.deadline());
    ImageStateFile file = new ImageStateFile(machine, connection, context);
    ImageState state = file.read();
    String known = state.json();
    Set<String> candidates = unbuilt(model);
    model.services().stream()
        .filter(ImagePreparation::isAlwaysPulled)
        .forEach(service -> candidates.remove(service.image()));
    model.builds().forEach(build -> candidates.addAll(Dockerfile.baseImages(build)));
    candidates.removeAll(built(model));

    List<String> sent =
        new LocalImages(localEngine, store, notes(file), context).sendUnpullable(candidates, state);
    if (!sent.isEmpty()) {
      // A build that fails must not make the next run send them again.
      file.write(state);
    }
    Set<String> unbuilt = unbuilt(model);
    unbuilt.addAll(candidates);
    new Claims(machine, engine, store, context).claim(unbuilt, state);
    List<String> built = new Builds(cli, socket, store, model, context).run(state);
    unbuilt.addAll(built(model));
    state.retain(unbuilt);
    if (!state.json().equals(known)) {
      file.write(state);
    }
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
    ImageStateFile file = new ImageStateFile(machine, connection, context);
    ImageState state = file.read();
    ImageStore store = new ImageStore(engine, context.deadline());
    List<String> sent =
        new LocalImages(localEngine, store, notes(file), context).sendMissing(images, state);
    if (!sent.isEmpty()) {
      new Claims(machine, engine, store, context).claim(sent, state);
      file.write(state);
    }
    return sent;
  }

  /** An engine that is the environment's own goes with all that was sent. */
  private Consumer<ImageState> notes(ImageStateFile file) {
    return machine.shared() ? file::write : state -> {};
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
