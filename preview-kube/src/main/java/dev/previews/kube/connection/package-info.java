/** Commands and streams in a Pod, over WebSockets of the API server. */
@NullMarked
package dev.previews.kube.connection;

import org.jspecify.annotations.NullMarked;
