/** Requests, by HTTP: which tunnel they are for, and their way through it. */
@NullMarked
package dev.previews.gateway.proxy;

import org.jspecify.annotations.NullMarked;
