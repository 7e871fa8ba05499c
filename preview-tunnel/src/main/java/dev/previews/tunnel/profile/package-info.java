/** Where the key is kept that decides the URLs, and what gateways were like when first seen. */
@NullMarked
package dev.previews.tunnel.profile;

import org.jspecify.annotations.NullMarked;
