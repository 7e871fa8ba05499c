package dev.previews.tunnel.agent;

import java.util.Optional;

/**
 * A script that the gateway adds to a service's HTML pages.
 *
 * @param source its {@code src}
 * @param async whether it carries {@code async}
 * @param defer whether it carries {@code defer}
 * @param paths a regular expression that a page's path must have; empty for all pages
 */
public record PageScript(String source, boolean async, boolean defer, Optional<String> paths) {}
