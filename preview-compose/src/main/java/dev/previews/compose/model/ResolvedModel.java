package dev.previews.compose.model;

import dev.previews.error.InvalidInputException;
import dev.previews.spi.Context;
import dev.previews.spi.Machine;
import dev.previews.spi.Sidecar;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;

/** What the Compose files say with all variables known, for one environment on any machine. */
public final class ResolvedModel {
  private final ComposeModel model;
  private final Path directory;
  private final Map<String, String> values;
  private final List<Sidecar> sidecars;

  /**
   * A model that is not changed from now on.
   *
   * @param directory the project's
   * @param values what configs and secrets hold that come from variables, by the variable's name
   */
  ResolvedModel(
      ComposeModel model, Path directory, Map<String, String> values, List<Sidecar> sidecars) {
    this.model = model;
    this.directory = directory;
    this.values = Map.copyOf(values);
    this.sidecars = List.copyOf(sidecars);
  }

  /**
   * Looks at all that will be copied or built, so that what is missing is said before a machine is
   * made.
   *
   * @throws InvalidInputException when no machine could run it
   */
  void check() {
    BuildSources.check(model);
    ComposeModel copy = model.copy();
    MachinePaths nowhere = new MachinePaths(directory, "");
    new Sidecars(nowhere, sidecars).add(copy);
    new BindMounts(nowhere, notice -> {}).rewrite(copy);
    new FileObjects(nowhere, values, UnaryOperator.identity()).rewrite(copy);
  }

  /**
   * The model for a machine; what it leaves out is noticed.
   *
   * @param filesDirectory the machine's directory for the files that are copied
   * @param signature makes of a digest of secrets what everybody may see
   * @throws InvalidInputException when the machine cannot run what the files say
   */
  public DeployableModel rewrite(
      Machine machine, String filesDirectory, UnaryOperator<String> signature, Context context) {
    ComposeModel copy = model.copy();
    MachinePaths paths = new MachinePaths(directory, filesDirectory);
    Sidecars beside = new Sidecars(paths, sidecars);
    beside.add(copy);
    return ModelRewriter.rewrite(copy, machine, paths, directory, values, signature, context)
        .joining(beside.joins(copy));
  }

  /** The project's name alone: the rest may hold secrets. */
  @Override
  public String toString() {
    return "model of " + model.name();
  }
}
