/** The values that describe an environment: its id, its services and ports, its log lines. */
@NullMarked
package dev.previews.environment;

import org.jspecify.annotations.NullMarked;
