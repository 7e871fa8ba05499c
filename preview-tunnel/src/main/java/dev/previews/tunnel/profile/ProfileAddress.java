package dev.previews.tunnel.profile;

import dev.previews.error.InvalidInputException;
import dev.previews.error.MissingProviderException;
import dev.previews.spi.Context;
import dev.previews.spi.SecretStore;
import dev.previews.spi.SecretStoreProvider;
import java.net.URI;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.ServiceConfigurationError;
import java.util.ServiceLoader;
import org.jspecify.annotations.Nullable;

/** Where a profile is: a folder, or a store that has an address. Immutable. */
public final class ProfileAddress {
  private final String address;
  private final Opening opening;

  @FunctionalInterface
  private interface Opening {
    SecretStore open(Context context);
  }

  private ProfileAddress(String address, Opening opening) {
    this.address = address;
    this.opening = opening;
  }

  /** A local folder. */
  public static ProfileAddress of(Path folder) {
    return new ProfileAddress(folder.toString(), context -> FolderStore.open(folder));
  }

  /**
   * A folder, or the address of a store that something on the class path opens, as {@code
   * kube://namespace/secret}.
   *
   * @throws InvalidInputException when it is neither
   */
  public static ProfileAddress parse(String text) {
    if (text.isBlank()) {
      throw new InvalidInputException("the tunnel profile is blank");
    }
    if (!text.matches("[A-Za-z][A-Za-z0-9+.-]*://.*")) {
      return of(Path.of(text));
    }
    try {
      URI uri = URI.create(text);
      return new ProfileAddress(text, context -> provider(uri).open(uri, context));
    } catch (IllegalArgumentException e) {
      throw new InvalidInputException(
          "'" + text + "' is neither a folder nor the address of a tunnel profile", e);
    }
  }

  /** Opens it; the caller closes it. */
  public Profile open(Context context) {
    return new Profile(opening.open(context));
  }

  private static SecretStoreProvider provider(URI uri) {
    List<SecretStoreProvider> found = load();
    found.removeIf(it -> !it.scheme().equalsIgnoreCase(uri.getScheme()));
    if (found.size() != 1) {
      throw new MissingProviderException(
          (found.isEmpty() ? "nothing" : "more than one thing")
              + " on the class path keeps tunnel profiles at "
              + uri.getScheme()
              + "://"
              + (uri.getScheme().equalsIgnoreCase("kube")
                  ? (found.isEmpty() ? ": add " : ": keep ") + "dev.previews:preview-kube"
                  : ""));
    }
    return found.get(0);
  }

  /**
   * Those that this library's class loader sees, then those that the thread's sees beside them. The
   * thread's may be of another world, so its errors count only where there is nothing else.
   */
  private static List<SecretStoreProvider> load() {
    Map<String, SecretStoreProvider> found = new LinkedHashMap<>();
    add(ProfileAddress.class.getClassLoader(), found);
    try {
      add(Thread.currentThread().getContextClassLoader(), found);
    } catch (MissingProviderException e) {
      if (found.isEmpty()) {
        throw e;
      }
    }
    return new ArrayList<>(found.values());
  }

  /** Null stands for the system's loader, as in {@link ServiceLoader}. */
  private static void add(@Nullable ClassLoader loader, Map<String, SecretStoreProvider> found) {
    try {
      ServiceLoader.load(SecretStoreProvider.class, loader)
          .forEach(it -> found.putIfAbsent(it.getClass().getName(), it));
    } catch (ServiceConfigurationError e) {
      throw new MissingProviderException(
          "a SecretStoreProvider cannot be loaded: " + e.getMessage(), e);
    }
  }

  @Override
  public String toString() {
    return address;
  }
}
