package dev.previews.compose.model;

/**
 * A service of the rewritten model, as the steps after it need to know it.
 *
 * @param name its name in the Compose file
 * @param image the image that it runs
 * @param pullPolicy its pull policy; empty for Compose's default
 * @param replicas how many containers it wants
 * @param mustComplete whether another service waits until it has ended well
 */
public record DeployedService(
    String name, String image, String pullPolicy, int replicas, boolean mustComplete) {}
