package dev.previews.spi;

import java.util.Map;

/**
 * Reads projects and brings them up on a machine that somebody else provides. Thread-safe, holds
 * nothing open.
 */
public interface Deployer {
  /**
   * Reads a project on this machine alone; creates nothing.
   *
   * @throws dev.previews.error.InvalidInputException when it is wrong: the message has the file and
   *     what its tool said
   */
  Project read(ProjectSource source, Context context);

  /**
   * Brings a project up: resolves it with the given variables, copies files, prepares images,
   * creates what is new, changes what differs, removes what is gone, and waits until every service
   * is ready. Reports the steps MODEL, FILES, IMAGES and DEPLOY. A failure leaves the environment
   * such that a repetition converges.
   *
   * @param variables more variables at interpolation; they win over those of the source
   * @return what runs now; the caller closes it. It uses the connection and does not close it
   * @throws dev.previews.error.ServiceFailedException when a service does not become ready
   * @throws dev.previews.error.NotFoundException when the machine was removed while this waited for
   *     its turn: it must be ensured again
   */
  Deployment deploy(
      Project project,
      Machine machine,
      Connection connection,
      Map<String, String> variables,
      Context context);

  /**
   * What was deployed on the machine before, by whichever process. The caller closes it; it uses
   * the connection and does not close it.
   */
  Deployment attach(Machine machine, Connection connection, Context context);
}
