/** Keys as SSH and JSON Web Tokens know them, on the JDK's own cryptography. */
@NullMarked
package dev.previews.tunnel.keys;

import org.jspecify.annotations.NullMarked;
