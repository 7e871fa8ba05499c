package dev.previews.compose.images;

import java.util.List;

/**
 * What the step IMAGES did, and what it left.
 *
 * @param built the services whose images were built now
 * @param sent the images that were sent from the local engine now
 * @param toPull the images that Compose has to pull
 */
public record PreparedImages(List<String> built, List<String> sent, List<String> toPull) {
  /** Copies the lists. */
  public PreparedImages {
    built = List.copyOf(built);
    sent = List.copyOf(sent);
    toPull = List.copyOf(toPull);
  }
}
