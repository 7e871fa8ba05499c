package dev.previews.kube;

import java.time.Duration;

/**
 * How long is waited for what nobody decides here.
 *
 * @param scheduling for a Pod to get a node
 * @param grace for clients to remove what has expired, before the cluster does
 * @param removal whether a removal ends when all is gone, and not when all is on its way
 */
record Waits(Duration scheduling, Duration grace, boolean removal) {}
