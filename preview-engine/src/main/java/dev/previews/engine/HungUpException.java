package dev.previews.engine;

import java.io.IOException;

/** The engine closed the connection in the middle of an answer. */
final class HungUpException extends IOException {
  private static final long serialVersionUID = 1L;

  HungUpException() {
    super("the engine hung up half-way");
  }
}
