package dev.previews.compose;

import dev.previews.spi.Deployer;
import dev.previews.spi.DeployerProvider;

/** Makes the deployer of Compose files known to {@link java.util.ServiceLoader}. */
public final class ComposeDeployerProvider implements DeployerProvider {
  /** Called by the service loader. */
  public ComposeDeployerProvider() {}

  @Override
  public Deployer create() {
    return new ComposeDeployer(System.getenv());
  }
}
