/** Every failure that the library reports. */
@NullMarked
package dev.previews.error;

import org.jspecify.annotations.NullMarked;
