package dev.previews.ssh.host;

import org.jspecify.annotations.Nullable;

/**
 * What the user said of all hosts beside how to reach them.
 *
 * @param directory the base directory of the environments' files; null for {@code ~/.previews}
 * @param socket the engine's socket; null for the one that the user's Docker CLI would take
 * @param install whether Docker is installed where it is missing
 * @param asRoot whether commands are root's, by way of {@code sudo -n} where the user is not root,
 *     even where the user could do without
 */
public record HostOptions(
    @Nullable String directory, @Nullable String socket, boolean install, boolean asRoot) {
  /** The usual: the user's own directory and engine, and nothing is installed. */
  public static HostOptions usual() {
    return new HostOptions(null, null, false, false);
  }

  /** The same with this base directory. */
  public HostOptions directory(String path) {
    return new HostOptions(path, socket, install, asRoot);
  }

  /** The same with the engine at this socket. */
  public HostOptions socket(String path) {
    return new HostOptions(directory, path, install, asRoot);
  }

  /** The same where Docker is installed, or is not. */
  public HostOptions install(boolean missing) {
    return new HostOptions(directory, socket, missing, asRoot);
  }

  /** The same where all is done as root. */
  public HostOptions root() {
    return new HostOptions(directory, socket, install, true);
  }
}
