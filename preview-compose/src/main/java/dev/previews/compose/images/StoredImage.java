package dev.previews.compose.images;

import java.util.List;

/**
 * An image as an engine has it.
 *
 * @param id its id there; two engines may have different ids for one image
 * @param layers the digests of its layers, the lowest first
 * @param pullable whether a registry has it, as far as the engine knows
 * @param tags all names that it has there
 */
record StoredImage(String id, List<String> layers, boolean pullable, List<String> tags) {
  StoredImage {
    layers = List.copyOf(layers);
    tags = List.copyOf(tags);
  }
}
