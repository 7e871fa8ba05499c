package dev.previews.engine;

import java.io.IOException;
import java.io.InputStream;

/** A body that says where it ends, so that another answer can follow it on the same connection. */
abstract class DelimitedBody extends InputStream {
  /** How much is worth taking of what nobody wants, in bytes. */
  static final int SMALL = 1024;

  /**
   * Takes what is left, if that is little.
   *
   * @return whether that was all; else more may come
   */
  abstract boolean takeRest() throws IOException;
}
