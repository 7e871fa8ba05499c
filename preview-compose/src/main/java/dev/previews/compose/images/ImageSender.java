package dev.previews.compose.images;

import dev.previews.error.RemoteCommandException;
import dev.previews.spi.Context;
import java.io.IOException;
import java.io.InputStream;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Sends images from one engine to another, without the layers that are there. */
final class ImageSender {
  private static final Logger log = LoggerFactory.getLogger(ImageSender.class);

  private final ImageStore from;
  private final ImageStore to;
  private final Context context;
  private @Nullable Set<List<String>> chains;
  private boolean sharesLayers;

  ImageSender(ImageStore from, ImageStore to, Context context) {
    this.from = from;
    this.to = to;
    this.context = context;
  }

  /**
   * Sends an image.
   *
   * @return the image at its new place
   * @throws RemoteCommandException when the engine refuses it, or does not have it afterwards
   */
  StoredImage send(String name, StoredImage image) {
    Set<String> present = present(image.layers(), chains());
    StoredImage arrived;
    try {
      arrived = attempt(name, image, present);
    } catch (RemoteCommandException e) {
      if (present.isEmpty()) {
        throw e;
      }
      log.debug("{} is sent whole: without the layers that are there it failed", name, e);
      arrived = attempt(name, image, Set.of());
    }
    if (sharesLayers) {
      ImageStore.addChains(chains(), image.layers());
    }
    return arrived;
  }

  private Set<List<String>> chains() {
    Set<List<String>> known = chains;
    if (known == null) {
      sharesLayers = to.sharesLayers();
      known = sharesLayers ? to.layerChains() : new HashSet<>();
      chains = known;
    }
    return known;
  }

  /** The lowest layers that are there; a layer that is used again further up counts as missing. */
  static Set<String> present(List<String> layers, Set<List<String>> chains) {
    int height = 0;
    while (height < layers.size() && chains.contains(layers.subList(0, height + 1))) {
      height++;
    }
    Set<String> present = new HashSet<>(layers.subList(0, height));
    layers.subList(height, layers.size()).forEach(present::remove);
    return present;
  }

  /** Sends it once, without the layers that are said to be present. */
  StoredImage attempt(String name, StoredImage image, Set<String> present) {
    SendProgress progress = new SendProgress(name, context);
    LayerFilter filter = new LayerFilter(new HashSet<>(image.layers()), present, progress);
    try (InputStream archive = from.save(name)) {
      to.load(sink -> filter.copy(archive, sink));
    } catch (IOException e) {
      log.debug("the archive of {} was not closed cleanly", name, e);
    }
    progress.report();
    Optional<StoredImage> arrived = to.find(name);
    if (arrived.isEmpty() || !arrived.get().layers().equals(image.layers())) {
      throw new RemoteCommandException(
          "image '"
              + name
              + "' was sent to the machine's engine, which took it and "
              + (arrived.isEmpty() ? "does not have it" : "has another one of that name")
              + "; push it to a registry, or bring it there with docker save and docker load",
          "",
          null);
    }
    return arrived.get();
  }
}
