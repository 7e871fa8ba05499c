/**
 * The step DEPLOY and what comes of it: services are started and watched until they are ready; then
 * their ports, logs and commands, and their removal, known from labels alone.
 */
@NullMarked
package dev.previews.compose.deployment;

import org.jspecify.annotations.NullMarked;
