package dev.previews.junit;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.platform.engine.OutputDirectoryCreator;
import org.junit.platform.engine.TestDescriptor;

/** Where the tests that are run here leave their files. */
record ReportDirectory(Path root) implements OutputDirectoryCreator {
  @Override
  public Path getRootDirectory() {
    return root;
  }

  @Override
  public Path createOutputDirectory(TestDescriptor test) throws IOException {
    String name = test.getUniqueId().toString().replaceAll("[^A-Za-z0-9]+", "-");
    return Files.createDirectories(root.resolve(name));
  }
}
