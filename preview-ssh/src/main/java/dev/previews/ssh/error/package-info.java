/** Why a machine could not be reached by SSH, where a program may want to tell one from another. */
@NullMarked
package dev.previews.ssh.error;

import org.jspecify.annotations.NullMarked;
