package dev.previews.testkit;

import dev.previews.progress.Step;
import java.util.Arrays;
import java.util.stream.Stream;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.ArgumentsProvider;
import org.junit.jupiter.params.support.ParameterDeclarations;

/** The steps of {@link KilledAt}, or all. */
final class KilledSteps implements ArgumentsProvider {
  @Override
  public Stream<? extends Arguments> provideArguments(
      ParameterDeclarations parameters, ExtensionContext context) {
    KilledAt chosen = context.getRequiredTestClass().getAnnotation(KilledAt.class);
    return Arrays.stream(chosen == null ? Step.values() : chosen.value()).map(Arguments::of);
  }
}
