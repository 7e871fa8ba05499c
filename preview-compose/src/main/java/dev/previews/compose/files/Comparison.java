package dev.previews.compose.files;

import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;

/**
 * What was found on this machine, and how the far end differs from it.
 *
 * <p>The far end is asked in one command; meanwhile the sources are walked, and read as soon as the
 * manifest has told which files may be the same.
 */
record Comparison(LocalTree local, Changes changes) {
  private static final LocalTree NOTHING = new LocalTree(Map.of(), Set.of(), List.of());

  static Comparison of(List<FileSource> sources, FarEnd farEnd) {
    CompletableFuture<LocalTree> walked = new CompletableFuture<>();
    FarStateReader reader = new FarStateReader(path -> walked.join().entries().containsKey(path));
    CompletableFuture<LocalHashing> started =
        reader
            .manifest()
            .thenCombine(
                walked, (manifest, local) -> new LocalHashing(local.entries().values(), manifest));
    try (FarEnd.Call call = farEnd.state(reader)) {
      LocalTree local = LocalWalk.of(sources);
      walked.complete(local);
      call.succeed();
      FarState far = reader.state();
      Set<String> same = started.join().same();
      return new Comparison(local, Changes.of(local, reader.manifest().join(), far, same));
    } finally {
      walked.complete(NOTHING);
      started.thenAccept(LocalHashing::close);
    }
  }
}
