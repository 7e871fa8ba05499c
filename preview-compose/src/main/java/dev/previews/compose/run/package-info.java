/** The step DEPLOY: what runs on the machine's engine, from its start to its end. */
@NullMarked
package dev.previews.compose.run;

import org.jspecify.annotations.NullMarked;
