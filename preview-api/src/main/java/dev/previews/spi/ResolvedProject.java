package dev.previews.spi;

/** A project with all its variables known, which is not on any machine yet. Thread-safe. */
@FunctionalInterface
public interface ResolvedProject {
  /**
   * Brings it up: copies files, prepares images, creates what is new, changes what differs, removes
   * what is gone, and waits until every service is ready. Reports the steps FILES, IMAGES and
   * DEPLOY. A failure leaves the environment such that a repetition converges.
   *
   * @param machine of the environment for which it was resolved
   * @return what runs now; the caller closes it. It uses the connection and does not close it
   * @throws dev.previews.error.InvalidInputException when this machine cannot run what others can
   * @throws dev.previews.error.ServiceFailedException when a service does not become ready
   * @throws dev.previews.error.NotFoundException when the machine was removed while this waited for
   *     its turn: it must be ensured again
   */
  Deployment deploy(Machine machine, Connection connection, Context context);
}
