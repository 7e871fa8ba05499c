package dev.previews.gateway.proxy;

import java.time.Duration;

/**
 * How long the HTTP side waits.
 *
 * @param head for a request's head to be complete
 * @param connect for a service to accept a connection
 * @param idle for the next request of a connection, or for something to write to a client that
 *     sends no more
 * @param restart for clients to come back after the gateway has started: until then, an unknown
 *     name may be theirs
 */
public record Patience(Duration head, Duration connect, Duration idle, Duration restart) {}
