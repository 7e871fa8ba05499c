/** A host that is to hold environments: what it is like, what it lacks, its engine. */
@NullMarked
package dev.previews.ssh.host;

import org.jspecify.annotations.NullMarked;
