/** The rules of architecture that every module is tested against; not published. */
@NullMarked
package dev.previews.buildrules;

import org.jspecify.annotations.NullMarked;
