package dev.previews.testkit;

import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolver;

/** Gives the tests of a class their {@link CommonEnvironment}, another class another one. */
final class CommonEnvironments implements ParameterResolver {
  @Override
  public boolean supportsParameter(ParameterContext parameter, ExtensionContext context) {
    return parameter.getParameter().getType() == CommonEnvironment.class;
  }

  @Override
  public CommonEnvironment resolveParameter(ParameterContext parameter, ExtensionContext context) {
    ExtensionContext ofClass = context;
    while (ofClass.getTestMethod().isPresent()) {
      ofClass = ofClass.getParent().orElseThrow();
    }
    return ofClass
        .getStore(ExtensionContext.Namespace.create(CommonEnvironments.class))
        .computeIfAbsent(
            CommonEnvironment.class, key -> new CommonEnvironment(), CommonEnvironment.class);
  }
}
