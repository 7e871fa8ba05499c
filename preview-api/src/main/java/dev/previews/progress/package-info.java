/** What happens while an environment is worked on, as typed events. */
@NullMarked
package dev.previews.progress;

import org.jspecify.annotations.NullMarked;
