package dev.previews.engine;

import java.util.Map;

/**
 * A request to the engine.
 *
 * @param path with query
 * @param upgrade whether the connection becomes a raw stream when the engine agrees
 */
record HttpRequest(
    String method,
    String path,
    Map<String, String> headers,
    HttpConnection.Body body,
    boolean upgrade) {

  /** Whether it can be sent again when an idle connection turns out to be dead. */
  boolean repeatable() {
    return body.length() >= 0;
  }

  /** Whether it changes nothing, however often it is sent. */
  boolean onlyReads() {
    return method.equals("GET") && repeatable() && !upgrade;
  }

  @Override
  public String toString() {
    int query = path.indexOf('?');
    return method + " " + (query < 0 ? path : path.substring(0, query));
  }
}
