package dev.previews.release;

import java.util.List;

/** A place where the sample runs: how it is named, and what is left there of an environment. */
interface SamplePlace extends AutoCloseable {
  /** For {@code -Dpreview.driver}. */
  String driver();

  /** Every object of the environment, by kind and name. */
  List<String> leftovers(String environmentId) throws Exception;

  /** Whether it ends by itself, without any client, what has expired there. */
  boolean endsByItself();

  @Override
  void close();
}
