package dev.previews.spi;

/** Makes a deployer known. Found by {@link java.util.ServiceLoader}. */
public interface DeployerProvider {
  /** A deployer. */
  Deployer create();
}
