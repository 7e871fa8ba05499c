/** Measures what the library takes; not published. */
@NullMarked
package dev.previews.bench;

import org.jspecify.annotations.NullMarked;
