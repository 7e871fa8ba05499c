package dev.previews.compose.images;

import com.github.dockerjava.api.DockerClient;
import com.github.dockerjava.api.command.InspectImageResponse;
import com.github.dockerjava.api.exception.DockerException;
import com.github.dockerjava.api.exception.NotFoundException;
import com.github.dockerjava.api.model.Image;
import com.github.dockerjava.api.model.Info;
import dev.previews.engine.Engine;
import dev.previews.error.RemoteCommandException;
import dev.previews.exec.Deadline;
import dev.previews.exec.StdinSource;
import java.io.InputStream;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
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
    return ask(
        "about image '" + reference + "'",
        client -> {
          try {
            return Optional.of(stored(client.inspectImageCmd(reference).exec()));
          } catch (NotFoundException e) {
            return Optional.empty();
          }
        });
  }

  private static StoredImage stored(InspectImageResponse answer) {
    return new StoredImage(
        Objects.requireNonNullElse(answer.getId(), ""),
        answer.getRootFS() == null ? List.of() : orEmpty(answer.getRootFS().getLayers()),
        !orEmpty(answer.getRepoDigests()).isEmpty(),
        orEmpty(answer.getRepoTags()));
  }

  /** Tells engines apart. */
  String engineId() {
    return Objects.requireNonNullElse(info().getId(), "");
  }

  /**
   * Whether an archive may lack layers that are here. Not with containerd's image store: it takes
   * an image without some of its contents for a whole one.
   */
  boolean sharesLayers() {
    return orEmpty(info().getDriverStatuses()).stream()
        .noneMatch(status -> status.contains(CONTAINERD));
  }

  private Info info() {
    return ask("about itself", client -> client.infoCmd().exec());
  }

  /** The layers that are here, each by all layers from the lowest to itself. */
  Set<List<String>> layerChains() {
    Set<List<String>> chains = new HashSet<>();
    for (Image image :
        ask("about its images", client -> client.listImagesCmd().withShowAll(true).exec())) {
      find(image.getId()).ifPresent(found -> addChains(chains, found.layers()));
    }
    return chains;
  }

  private <T> T ask(String what, Function<DockerClient, T> question) {
    try {
      return question.apply(engine.client(deadline));
    } catch (DockerException e) {
      throw new RemoteCommandException(
          "the Docker engine does not tell " + what,
          Objects.requireNonNullElse(e.getMessage(), ""),
          e);
    }
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
