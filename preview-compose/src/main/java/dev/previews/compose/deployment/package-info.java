/**
 * What was deployed: its services, their ports, logs and commands, and its removal. Known from
 * labels alone, by the engine's API.
 */
@NullMarked
package dev.previews.compose.deployment;

import org.jspecify.annotations.NullMarked;
