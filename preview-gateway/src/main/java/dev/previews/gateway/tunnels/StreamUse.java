package dev.previews.gateway.tunnels;

/** What a stream to a service is opened for: how much may come on it at once. */
public enum StreamUse {
  /** Answers to requests, or bytes that nobody looks at: as much as the service gives. */
  ANSWERS,

  /** A protocol that a request asks to change to, as a WebSocket: there are many, mostly idle. */
  UPGRADE
}
