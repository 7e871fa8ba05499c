package dev.previews.tunnel.profile;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.previews.error.MissingProviderException;
import dev.previews.spi.Context;
import dev.previews.spi.SecretStore;
import dev.previews.spi.SecretStoreProvider;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.reflect.Method;
import java.net.URI;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Stores for profiles that one class loader or another sees. */
class ClassLoadersTest {
  private static final String ADDRESS = "test://profile";

  private final ClassLoader usual = Thread.currentThread().getContextClassLoader();

  @TempDir Path directory;

  @AfterEach
  void restore() {
    Thread.currentThread().setContextClassLoader(usual);
  }

  /** Says that it was asked, since nothing can be opened here. */
  public static final class Asked extends RuntimeException {
    private static final long serialVersionUID = 1;
  }

  /** A store that nothing but a class loader of the test names. */
  public static final class TestProvider implements SecretStoreProvider {
    @Override
    public String scheme() {
      return "test";
    }

    @Override
    public SecretStore open(URI address, Context context) {
      throw new Asked();
    }
  }

  @Test
  void theThreadsLoaderIsAsked() {
    Thread.currentThread().setContextClassLoader(loader(TestProvider.class.getName()));

    assertThatThrownBy(() -> ProfileAddress.parse(ADDRESS).open(null)).isInstanceOf(Asked.class);
  }

  @Test
  void theLibrarysOwnLoaderIsAskedWhateverTheThreadsIs() throws Exception {
    try (URLClassLoader apart = apart()) {
      for (ClassLoader threads : new ClassLoader[] {null, ClassLoader.getPlatformClassLoader()}) {
        Thread.currentThread().setContextClassLoader(threads);

        isAsked(apart);
      }
    }
  }

  /** The thread's loader knows a copy of the library: its providers are no providers of ours. */
  @Test
  void aLoaderOfAnotherWorldIsNoError() throws Exception {
    try (URLClassLoader apart = apart()) {
      Thread.currentThread().setContextClassLoader(loader(TestProvider.class.getName()));

      isAsked(apart);
    }
  }

  @Test
  void whatCannotBeLoadedIsSaid() {
    Thread.currentThread().setContextClassLoader(loader("no.such.Provider"));

    assertThatThrownBy(() -> ProfileAddress.parse(ADDRESS).open(null))
        .isInstanceOf(MissingProviderException.class)
        .hasMessageContaining("no.such.Provider");
  }

  private static void isAsked(ClassLoader library) throws Exception {
    Class<?> type = library.loadClass(ProfileAddress.class.getName());
    Object address = type.getMethod("parse", String.class).invoke(null, ADDRESS);
    Method open = type.getMethod("open", library.loadClass(Context.class.getName()));
    assertThatThrownBy(() -> open.invoke(address, (Object) null))
        .cause()
        .satisfies(it -> assertThat(it.getClass().getName()).isEqualTo(Asked.class.getName()));
  }

  /** A loader of the library, its test's provider and nothing above them. */
  private URLClassLoader apart() {
    return new URLClassLoader(
        new URL[] {
          services(TestProvider.class.getName()),
          location(ProfileAddress.class),
          location(Context.class),
          location(getClass())
        },
        ClassLoader.getPlatformClassLoader());
  }

  private ClassLoader loader(String provider) {
    return new URLClassLoader(new URL[] {services(provider)}, usual);
  }

  private static URL location(Class<?> type) {
    return type.getProtectionDomain().getCodeSource().getLocation();
  }

  private URL services(String provider) {
    try {
      Path root = Files.createTempDirectory(directory, "services");
      Path file = root.resolve("META-INF/services").resolve(SecretStoreProvider.class.getName());
      Files.createDirectories(file.getParent());
      Files.writeString(file, provider + "\n");
      return root.toUri().toURL();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
