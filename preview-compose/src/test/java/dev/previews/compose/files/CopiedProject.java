package dev.previews.compose.files;

import static org.assertj.core.api.Assertions.assertThat;

import dev.previews.exec.Deadline;
import dev.previews.progress.ProgressEvent;
import dev.previews.spi.Context;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;

/**
 * A project of this machine and where it is copied to. The far end's directory is one of this
 * machine, too.
 *
 * <p>The contract's parts extend one another, each a subject, up to {@link FileSyncContract}: each
 * kind of far end has one class to extend.
 */
abstract class CopiedProject {
  @TempDir Path local;

  final List<ProgressEvent> events = new ArrayList<>();
  LocalConnection connection;
  Path remote;
  Path project;

  /** A new connection. */
  abstract LocalConnection connect() throws Exception;

  /** A directory that this machine and the far end both see at this path. */
  abstract Path shared() throws IOException;

  @BeforeEach
  void start() throws Exception {
    connection = connect();
    remote = Files.createTempDirectory(shared(), "far").resolve("files");
    project = Files.createDirectory(local.resolve("project"));
  }

  void assertNothingToDo() {
    assertThat(sync()).isEqualTo(new SyncReport(0, 0, 0, List.of()));
  }

  SyncReport sync() {
    return sync(new FileSource(project, "project"));
  }

  SyncReport sync(FileSource... sources) {
    return WholeCopy.of(List.of(sources), remote.toString(), connection, context());
  }

  /** A copy of the project that was not begun. */
  FileSync copier() {
    List<FileSource> sources = List.of(new FileSource(project, "project"));
    return new FileSync(sources, remote.toString(), connection, context());
  }

  private Context context() {
    return Context.of(Deadline.in(Duration.ofMinutes(1)), events::add);
  }

  Path write(String path, String content) throws IOException {
    Path file = project.resolve(path);
    Files.createDirectories(file.getParent());
    return Files.writeString(file, content);
  }

  void link(String path, String target) throws IOException {
    Files.createSymbolicLink(project.resolve(path), Path.of(target));
  }

  Path farPath(String path) {
    return remote.resolve("tree/project").resolve(path);
  }

  Map<String, String> far() throws IOException {
    return FileTree.of(remote.resolve("tree/project"));
  }
}
