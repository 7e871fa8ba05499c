/** The driver for Kubernetes clusters: one Pod with a Docker engine for each environment. */
@NullMarked
package dev.previews.kube;

import org.jspecify.annotations.NullMarked;
