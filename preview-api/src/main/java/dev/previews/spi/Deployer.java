package dev.previews.spi;

import dev.previews.environment.EnvironmentId;
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
   * Resolves a project with all variables known, on this machine alone; creates nothing. Reports
   * the step MODEL.
   *
   * @param id the environment that it is for
   * @param variables more variables at interpolation; they win over those of the source
   * @throws dev.previews.error.InvalidInputException when no machine could run it: a file that it
   *     needs is missing, for instance
   */
  ResolvedProject resolve(
      Project project, EnvironmentId id, Map<String, String> variables, Context context);

  /**
   * What was deployed on the machine before, by whichever process. The caller closes it; it uses
   * the connection and does not close it.
   */
  Deployment attach(Machine machine, Connection connection, Context context);
}
