/** The driver for machines that are reached by SSH. */
@NullMarked
package dev.previews.ssh;

import org.jspecify.annotations.NullMarked;
