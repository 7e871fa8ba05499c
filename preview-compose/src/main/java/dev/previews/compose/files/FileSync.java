package dev.previews.compose.files;

import dev.previews.error.InvalidInputException;
import dev.previews.error.RemoteCommandException;
import dev.previews.spi.Connection;
import dev.previews.spi.Context;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Makes a directory of a machine hold the same files as sources on this machine, over nothing but
 * commands.
 *
 * <pre>{@code
 * FileSource site = new FileSource(project.resolve("site"), "project/site");
 * FileSync sync = new FileSync(List.of(site), machine.directory() + "/files", connection, context);
 * sync.copy();
 * sync.commit();
 * String bindSource = FileSync.remotePath(machine.directory() + "/files", site);
 * }</pre>
 *
 * <p>At the far end a source stands at {@code <directory>/tree/<remote path>}. Beside the tree,
 * {@code <directory>/.sync} holds the manifest of what was copied, and what is arriving. The
 * directory is of the far end's user alone; it need not exist.
 *
 * <p>What is compared is content, permissions, and owner; never times. A file at the far end that
 * changed since it was copied, by the far end's own clock and inode, is compared by its digest.
 * What was not copied is never removed, and a directory only when it holds nothing else. Everything
 * arrives and is verified beside the tree before the tree is touched; then each file is replaced at
 * once, or written in place where the source is a file. The manifest is replaced last, by {@link
 * #commit}. Whatever was interrupted before is sent again.
 *
 * <p>Symlinks are copied as links. {@value IgnoreRules#FILE_NAME} files, in gitignore syntax, in a
 * source or in directories below it, limit what is copied of it and are not copied themselves.
 * Sockets, FIFOs, devices and what is the system's own are skipped and reported.
 */
public final class FileSync {
  private static final int ROUNDS = 3;
  private static final int NAMES_SHOWN = 10;

  private final List<FileSource> sources;
  private final FarEnd farEnd;
  private final Context context;
  private int files;
  private long bytes;
  private int removed;
  private List<String> unsteady = List.of();
  private @Nullable Manifest uncommitted;

  /**
   * One copy.
   *
   * @param remoteDirectory an absolute path on the machine, of this copy's own
   */
  public FileSync(
      List<FileSource> sources, String remoteDirectory, Connection connection, Context context) {
    this.sources = List.copyOf(sources);
    this.farEnd = new FarEnd(connection, context, remoteDirectory);
    this.context = context;
  }

  /** The absolute path of a source at the far end. */
  public static String remotePath(String remoteDirectory, FileSource source) {
    return remoteDirectory + "/tree/" + source.remotePath();
  }

  /**
   * Copies what differs. When this returns everything is in its place and verified.
   *
   * @throws InvalidInputException when a source cannot be read, or changes all the time
   * @throws RemoteCommandException when the far end fails, for instance because its disk is full
   */
  public SyncReport copy() {
    for (int round = 0; round < ROUNDS; round++) {
      commit(); // the round before
      LocalTree local = runRound();
      if (unsteady.isEmpty()) {
        local.skipped().forEach(this::noticeSkipped);
        return new SyncReport(files, bytes, removed, local.skipped());
      }
    }
    throw new InvalidInputException(
        "files change, or cannot be read, while they are copied: "
            + unsteady.stream().limit(NAMES_SHOWN).collect(Collectors.joining(", ")));
  }

  /**
   * Keeps at the far end what it holds since {@link #copy}; else the next copy sends it again. Does
   * nothing where it is known there. Who uses the files need not wait for it.
   *
   * @throws RemoteCommandException when the far end fails, or somebody else has begun to copy to
   *     the same directory
   */
  public void commit() {
    Manifest manifest = uncommitted;
    if (manifest != null) {
      farEnd.commit(manifest);
      uncommitted = null;
    }
  }

  private void noticeSkipped(String path) {
    String why = SystemPaths.holds(Path.of(path)) ? "the machine has its own" : "it is no file";
    context.notice("not copied, as " + why + ": " + path);
  }

  private LocalTree runRound() {
    Comparison comparison = Comparison.of(sources, farEnd);
    Changes changes = comparison.changes();
    boolean asked = settle(changes);
    unsteady = List.of();
    if (!changes.isEmpty()) {
      send(comparison.local(), changes);
    } else {
      progress(changes).end();
      if (asked) {
        uncommitted = new Manifest(changes.kept());
      }
    }
    return comparison.local();
  }

  /** Asks for what the far end's files hold where that may have changed; whether there were any. */
  private boolean settle(Changes changes) {
    boolean asked = false;
    for (FarDigest digest : FarDigest.values()) {
      Set<String> doubtful = changes.doubtful(digest);
      if (!doubtful.isEmpty()) {
        changes.settle(digest, farEnd.digests(digest, doubtful));
        asked = true;
      }
    }
    return asked;
  }

  private void send(LocalTree local, Changes changes) {
    FarStateReader reader = new FarStateReader(local.entries()::containsKey);
    CopyProgress progress = progress(changes);
    Archive archive = new Archive(changes, local.inPlace(), progress, reader::failed);
    farEnd.receive(changes.digest(), archive::writeTo, reader);
    uncommitted = Arrival.manifest(local, changes, archive.contents(), reader.state());
    unsteady = archive.unsteady();
    files += archive.contents().size();
    for (String path : archive.contents().keySet()) {
      bytes += local.get(path).size();
    }
    removed += changes.removed();
    progress.end();
  }

  private CopyProgress progress(Changes changes) {
    long totalBytes = changes.sent().stream().mapToLong(LocalEntry::size).sum();
    return new CopyProgress(context, changes.sent().size(), totalBytes, changes.removed());
  }
}
