package dev.previews.compose.images;

import com.github.dockerjava.api.command.InspectImageResponse;
import com.github.dockerjava.api.exception.NotFoundException;
import com.github.dockerjava.api.model.Image;
import com.github.dockerjava.api.model.Info;
import dev.previews.engine.Engine;
import dev.previews.exec.Deadline;
import dev.previews.exec.StdinSource;
import java.io.InputStream;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The images of an engine. */
final class ImageStore {
  private static final String CONTAINERD = "io.containerd.snapshotter.v1";

  private final Engine engine;
  private final Deadline deadline;

  ImageStore(Engine engine, Deadline deadline) {
    this.engine = engine;
    this.deadline = deadline;
  }

  Optional<StoredImage> find(String reference) {
    try {
      InspectImageResponse answer = engine.client(deadline).inspectImageCmd(reference).exec();
      return Optional.of(
          new StoredImage(
              Objects.requireNonNullElse(answer.getId(), ""),
              answer.getRootFS() == null ? List.of() : orEmpty(answer.getRootFS().getLayers()),
              !orEmpty(answer.getRepoDigests()).isEmpty()));
    } catch (NotFoundException e) {
      return Optional.empty();
    }
  }

  /** Tells engines apart. */
  String engineId() {
    return Objects.requireNonNullElse(engine.client(deadline).infoCmd().exec().getId(), "");
  }

  /**
   * Whether an archive may lack layers that are here. Not with containerd's image store: it takes
   * an image without some of its contents for a whole one.
   */
  boolean sharesLayers() {
    Info info = engine.client(deadline).infoCmd().exec();
    return orEmpty(info.getDriverStatuses()).stream()
        .noneMatch(status -> status.contains(CONTAINERD));
  }

  /** The layers that are here, each by all layers from the lowest to itself. */
  Set<List<String>> layerChains() {
    Set<List<String>> chains = new HashSet<>();
    for (Image image : engine.client(deadline).listImagesCmd().withShowAll(true).exec()) {
      find(image.getId()).ifPresent(found -> addChains(chains, found.layers()));
    }
    return chains;
  }

  static void addChains(Set<List<String>> chains, List<String> layers) {
    for (int height = 1; height <= layers.size(); height++) {
      chains.add(List.copyOf(layers.subList(0, height)));
    }
  }

  InputStream save(String reference) {
    return engine.save(List.of(reference), deadline);
  }

  void load(StdinSource archive) {
    engine.load(archive, deadline);
  }

  private static <T> List<T> orEmpty(@Nullable List<T> list) {
    return list == null ? List.of() : list;
  }
}
