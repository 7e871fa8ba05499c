/** URLs that outlive the JVM: an environment's services behind a tunnel gateway. */
@NullMarked
package dev.previews.tunnel;

import org.jspecify.annotations.NullMarked;
