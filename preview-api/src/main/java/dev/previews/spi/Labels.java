package dev.previews.spi;

/**
 * The keys of the labels that every created object carries from its first moment. Valid in Docker
 * and in Kubernetes.
 */
public final class Labels {
  /** The id of the environment that the object belongs to. */
  public static final String ENVIRONMENT = "dev.previews.environment";

  /** Who owns the environment. */
  public static final String OWNER = "dev.previews.owner";

  /** When the environment was created, in seconds since 1970. */
  public static final String CREATED = "dev.previews.created";

  private Labels() {}
}
