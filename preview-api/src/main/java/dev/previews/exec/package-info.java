/** Commands that run on a machine or in a service, and the deadlines of all waits. */
@NullMarked
package dev.previews.exec;

import org.jspecify.annotations.NullMarked;
