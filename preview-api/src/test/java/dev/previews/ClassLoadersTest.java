package dev.previews;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.previews.error.MissingProviderException;
import dev.previews.spi.DeployerProvider;
import dev.previews.spi.DriverConfig;
import dev.previews.spi.DriverProvider;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Providers that one class loader or another sees. */
class ClassLoadersTest {
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

  /** A driver that nothing but a class loader of the test names. */
  public static final class TestProvider implements DriverProvider {
    @Override
    public String scheme() {
      return "test";
    }

    @Override
    public DriverConfig parse(URI address) {
      throw new Asked();
    }
  }

  @Test
  void theThreadsLoaderIsAsked() {
    Thread.currentThread().setContextClassLoader(loader(TestProvider.class.getName(), usual));

    assertThatThrownBy(() -> Previews.builder().driver("test")).isInstanceOf(Asked.class);
  }

  @Test
  void theLibrarysOwnLoaderIsAskedWhateverTheThreadsIs() throws Exception {
    try (URLClassLoader apart = apart()) {
      Class<?> previews = apart.loadClass(Previews.class.getName());
      for (ClassLoader threads : new ClassLoader[] {null, ClassLoader.getPlatformClassLoader()}) {
        Thread.currentThread().setContextClassLoader(threads);

        Object builder = previews.getMethod("builder").invoke(null);
        assertThatThrownBy(
                () -> builder.getClass().getMethod("driver", String.class).invoke(builder, "test"))
            .cause()
            .satisfies(it -> assertThat(it.getClass().getName()).isEqualTo(Asked.class.getName()));
      }
    }
  }

  /** The thread's loader knows a copy of the library: its providers are no providers of ours. */
  @Test
  void aLoaderOfAnotherWorldIsNoError() throws Exception {
    try (URLClassLoader apart = apart()) {
      Class<?> previews = apart.loadClass(Previews.class.getName());
      Thread.currentThread().setContextClassLoader(loader(TestProvider.class.getName(), usual));

      Object builder = previews.getMethod("builder").invoke(null);
      assertThatThrownBy(
              () -> builder.getClass().getMethod("driver", String.class).invoke(builder, "test"))
          .cause()
          .satisfies(it -> assertThat(it.getClass().getName()).isEqualTo(Asked.class.getName()));
    }
  }

  @Test
  void whatCannotBeLoadedIsSaid() {
    Thread.currentThread().setContextClassLoader(loader("no.such.Provider", usual));

    assertThatThrownBy(() -> Previews.builder().driver("test"))
        .isInstanceOf(MissingProviderException.class)
        .hasMessageContaining("no.such.Provider");
  }

  @Test
  void aDeployerThatIsNamedIsNotLookedFor() {
    DeployerProvider named =
        () -> {
          throw new Asked();
        };

    assertThatThrownBy(() -> Previews.builder().id("x").deployer(named).up(Path.of("compose.yaml")))
        .isInstanceOf(Asked.class);
  }

  /** A loader of the library, its test's provider and nothing above them. */
  private URLClassLoader apart() throws IOException {
    return new URLClassLoader(
        new URL[] {
          services(TestProvider.class.getName()), location(Previews.class), location(getClass())
        },
        ClassLoader.getPlatformClassLoader());
  }

  private ClassLoader loader(String provider, ClassLoader parent) {
    return new URLClassLoader(new URL[] {services(provider)}, parent);
  }

  private static URL location(Class<?> type) {
    return type.getProtectionDomain().getCodeSource().getLocation();
  }

  private URL services(String provider) {
    try {
      Path root = Files.createTempDirectory(directory, "services");
      Path file = root.resolve("META-INF/services").resolve(DriverProvider.class.getName());
      Files.createDirectories(file.getParent());
      Files.writeString(file, provider + "\n");
      return root.toUri().toURL();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
