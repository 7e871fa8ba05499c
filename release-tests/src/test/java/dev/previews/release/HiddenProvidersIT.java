package dev.previews.release;

import static org.assertj.core.api.Assertions.assertThat;

import dev.previews.machines.TestImages;
import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The library in a class loader that hides who provides what, as OSGi's do; no other loader has it.
 */
class HiddenProvidersIT {
  /** What a container of plugins does: the class path knows it, and nothing of us. */
  private static final String CONTAINER =
      """
      package com.example;

      import java.io.IOException;
      import java.net.URL;
      import java.net.URLClassLoader;
      import java.nio.file.Path;
      import java.util.Arrays;
      import java.util.Collections;
      import java.util.Enumeration;

      public class Container {
        public static void main(String[] arguments) throws Exception {
          String[] jars = arguments[0].split(java.io.File.pathSeparator);
          URL[] urls = new URL[jars.length];
          for (int i = 0; i < jars.length; i++) {
            urls[i] = Path.of(jars[i]).toUri().toURL();
          }
          Thread.currentThread().setContextClassLoader(null);
          new Bundle(urls)
              .loadClass("com.example.Plugin")
              .getMethod("main", String[].class)
              .invoke(null, (Object) Arrays.copyOfRange(arguments, 1, arguments.length));
        }

        static class Bundle extends URLClassLoader {
          Bundle(URL[] urls) {
            super(urls, ClassLoader.getPlatformClassLoader());
          }

          @Override
          public URL findResource(String name) {
            return name.startsWith("META-INF/services/") ? null : super.findResource(name);
          }

          @Override
          public Enumeration<URL> findResources(String name) throws IOException {
            return name.startsWith("META-INF/services/")
                ? Collections.emptyEnumeration()
                : super.findResources(name);
          }
        }
      }
      """;

  /** It names all that it uses; but first it leaves out one, then the other. */
  private static final String PLUGIN =
      """
      package com.example;

      import static dev.previews.docker.Docker.docker;

      import dev.previews.Preview;
      import dev.previews.Previews;
      import dev.previews.compose.ComposeDeployerProvider;
      import dev.previews.error.MissingProviderException;
      import java.nio.file.Path;

      public class Plugin {
        public static void main(String[] arguments) throws Exception {
          Path compose = Path.of(arguments[1]);
          Previews.Builder previews = Previews.builder().id(arguments[2]).ephemeral();
          try {
            previews.driver("docker");
          } catch (MissingProviderException e) {
            System.out.println("by name: " + e.getMessage());
          }
          previews.driver(docker().image("%s"));
          try {
            previews.up(compose);
          } catch (MissingProviderException e) {
            System.out.println("without a deployer: " + e.getMessage());
          }
          previews.deployer(new ComposeDeployerProvider());
          try (Preview preview = previews.up(compose)) {
            System.out.println("answered: " + Embedder.answer(preview));
          }
        }
      }
      """;

  @TempDir Path directory;

  @Test
  void whatIsNamedIsNotLookedForAndWhatIsNotSaysHowToNameIt() throws Exception {
    Consumer consumer = Consumer.of("preview-docker");
    Consumer.resolve(directory, List.of(consumer));
    Path sources = directory.resolve("sources");
    Path embedder = Embedder.write(sources);
    Path plugin =
        Files.writeString(
            embedder.resolveSibling("Plugin.java"), PLUGIN.formatted(TestImages.busybox()));
    Path container = Files.writeString(embedder.resolveSibling("Container.java"), CONTAINER);
    List<Path> bundle = new ArrayList<>(consumer.jars(directory));
    compile(bundle, directory.resolve("plugin"), embedder, plugin);
    compile(List.of(), directory.resolve("container"), container);
    bundle.add(directory.resolve("plugin"));

    assertThat(Embedder.run(directory, "-cp", "container", "com.example.Container", path(bundle)))
        .contains(
            "by name: no driver 'docker' on the class path: add dev.previews:preview-docker",
            " or, where a class loader hides it, give driver(…) the object",
            "without a deployer: no deployer on the class path: add dev.previews:preview-compose",
            " or, where a class loader hides it, give deployer(…) the object",
            Embedder.ANSWERED);
  }

  private void compile(List<Path> classPath, Path to, Path... sources) throws Exception {
    List<String> argv =
        new ArrayList<>(
            List.of(Command.java("javac"), "-d", to.toString(), "-cp", path(classPath)));
    Stream.of(sources).map(Path::toString).forEach(argv::add);
    Command.of(directory, argv.toArray(String[]::new)).output();
  }

  private static String path(List<Path> files) {
    return files.stream().map(Path::toString).collect(Collectors.joining(File.pathSeparator));
  }
}
