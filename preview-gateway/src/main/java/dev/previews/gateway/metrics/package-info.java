/** What the gateway counts, as Prometheus reads it, and its health. */
@NullMarked
package dev.previews.gateway.metrics;

import org.jspecify.annotations.NullMarked;
