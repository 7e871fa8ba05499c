/** The front door: describe where environments live, bring a Compose file up, get URLs. */
@NullMarked
package dev.previews;

import org.jspecify.annotations.NullMarked;
