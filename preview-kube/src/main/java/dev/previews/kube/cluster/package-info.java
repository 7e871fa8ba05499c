/**
 * The API server: who we are to it, requests, kinds and WebSockets. The only package that knows
 * fabric8.
 */
@NullMarked
package dev.previews.kube.cluster;

import org.jspecify.annotations.NullMarked;
