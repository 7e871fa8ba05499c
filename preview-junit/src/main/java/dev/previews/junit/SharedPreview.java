package dev.previews.junit;

import dev.previews.Preview;
import dev.previews.error.PreviewException;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.extension.ExtensionContext;

/**
 * An environment as JUnit keeps it: brought up once, or failed once, for all that share it; closed
 * by JUnit with the scope that it is kept for.
 */
@SuppressWarnings("deprecation") // older versions of JUnit close no other type
final class SharedPreview implements ExtensionContext.Store.CloseableResource, AutoCloseable {
  private final Object request;
  private final @Nullable Preview preview;
  private final @Nullable RuntimeException failure;

  private SharedPreview(
      Object request, @Nullable Preview preview, @Nullable RuntimeException failure) {
    this.request = request;
    this.preview = preview;
    this.failure = failure;
  }

  /**
   * Brings it up.
   *
   * @param request equal to another one where the same environment will do
   */
  static SharedPreview of(Object request, Supplier<Preview> up) {
    try {
      return new SharedPreview(request, up.get(), null);
    } catch (PreviewException e) {
      return new SharedPreview(request, null, e);
    }
  }

  /** Whether this is what somebody else asks for. */
  boolean serves(Object other) {
    return request.equals(other);
  }

  /** Whether it came up. */
  boolean isUp() {
    return preview != null;
  }

  /**
   * The environment.
   *
   * @throws PreviewException when it did not come up: the same one for all who ask
   */
  Preview preview() {
    if (failure != null) {
      throw failure;
    }
    if (preview == null) {
      throw new IllegalStateException("neither an environment nor a failure");
    }
    return preview;
  }

  @Override
  public void close() {
    if (preview != null) {
      preview.close();
    }
  }
}
