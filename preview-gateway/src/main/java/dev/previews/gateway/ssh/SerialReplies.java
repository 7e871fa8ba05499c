package dev.previews.gateway.ssh;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;

/**
 * Does one thing after the other, although some of them have to wait for others: answers to global
 * requests have no number, so they must leave in the order of the requests.
 */
final class SerialReplies {
  private final int most;
  private CompletableFuture<?> last = CompletableFuture.completedFuture(null);
  private int waiting;

  SerialReplies(int most) {
    this.most = most;
  }

  /**
   * Does something when all that came before is done; at once if it is.
   *
   * @return false when too much is waiting already
   */
  synchronized boolean then(Supplier<CompletionStage<?>> action) {
    if (waiting >= most) {
      return false;
    }
    waiting++;
    last =
        last.handle((done, failure) -> done)
            .thenCompose(done -> action.get())
            .whenComplete((done, failure) -> done());
    return true;
  }

  private synchronized void done() {
    waiting--;
  }
}
