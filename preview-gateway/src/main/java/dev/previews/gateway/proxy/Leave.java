package dev.previews.gateway.proxy;

/** Tells a connection that the gateway is to end: it finishes what is under way and goes. */
enum Leave {
  NOW
}
