/** The contracts of drivers, deployers and tunnels: what a third party implements. */
@NullMarked
package dev.previews.spi;

import org.jspecify.annotations.NullMarked;
