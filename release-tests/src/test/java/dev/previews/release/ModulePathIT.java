package dev.previews.release;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Our jars and what they bring, on the module path. */
class ModulePathIT {
  @TempDir Path directory;

  @Test
  void aModuleFindsTheDriversByTheirNamesAndBringsAProjectUp() throws Exception {
    Consumer consumer = Consumer.of("preview-docker", "preview-kube", "preview-ssh");
    Consumer.resolve(directory, List.of(consumer));
    String jars =
        consumer.jars(directory).stream()
            .map(Path::toString)
            .collect(Collectors.joining(File.pathSeparator));
    Path sources = directory.resolve("sources");
    Path program = Embedder.write(sources);
    Path descriptor =
        Files.writeString(
            sources.resolve("module-info.java"), "module com.example { requires dev.previews; }");
    Path classes = directory.resolve("classes");
    Command.of(
            directory,
            Command.java("javac"),
            "--module-path",
            jars,
            "-d",
            classes.toString(),
            descriptor.toString(),
            program.toString())
        .output();

    assertThat(
            Embedder.run(
                directory,
                "--module-path",
                jars + File.pathSeparator + classes,
                "--add-modules",
                "ALL-MODULE-PATH",
                "--module",
                "com.example/" + Embedder.MAIN))
        .contains(Embedder.FOUND, Embedder.ANSWERED);
  }
}
