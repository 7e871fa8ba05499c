package dev.previews.compose.model;

import java.nio.file.Path;
import java.util.List;

/**
 * An image that is built.
 *
 * @param service the service that says how
 * @param image the name that it gets
 * @param definition the section {@code build} of the service, as JSON
 * @param inputs the local files and directories that it reads
 * @param always whether it also reads what is not on this machine, or asks to be built each time
 */
public record Build(
    String service, String image, String definition, List<Path> inputs, boolean always) {
  /** Copies the list. */
  public Build {
    inputs = List.copyOf(inputs);
  }
}
