package dev.previews.tunnel.profile;

import dev.previews.error.InvalidInputException;
import dev.previews.spi.SecretStore;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/** A local folder as a store: one file for each key, that only its user may read. */
public final class FolderStore implements SecretStore {
  private final Path folder;

  private FolderStore(Path folder) {
    this.folder = folder;
  }

  /**
   * Opens it, and makes it where there is none.
   *
   * @throws InvalidInputException when that is not possible
   */
  public static FolderStore open(Path folder) {
    Path absolute = folder.toAbsolutePath().normalize();
    try {
      PrivateFile.makeFolder(absolute);
      return new FolderStore(absolute);
    } catch (IOException e) {
      throw new InvalidInputException(
          "the tunnel profile " + absolute + " cannot be made: " + e, e);
    }
  }

  @Override
  public Optional<String> get(String key) {
    Path file = folder.resolve(key);
    try {
      if (Files.notExists(file)) {
        return Optional.empty();
      }
      if (!PrivateFile.isPrivate(file)) {
        throw new InvalidInputException(
            file + " may be read by others: chmod 600 it, or remove it for a new one");
      }
      return Optional.of(Files.readString(file));
    } catch (IOException e) {
      throw new InvalidInputException(file + " cannot be read: " + e, e);
    }
  }

  @Override
  public String putIfAbsent(String key, String value) {
    Path file = folder.resolve(key);
    try {
      PrivateFile.writeOnce(file, value);
      return Files.readString(file);
    } catch (IOException e) {
      throw new InvalidInputException(file + " cannot be written: " + e, e);
    }
  }

  @Override
  public String place(String key) {
    return folder.resolve(key).toString();
  }

  @Override
  public void close() {}
}
