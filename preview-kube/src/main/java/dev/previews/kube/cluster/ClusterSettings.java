package dev.previews.kube.cluster;

import java.nio.file.Path;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * Which cluster is meant; null where nothing was said.
 *
 * @param kubeconfig the only file to read; else those of {@code KUBECONFIG}, {@code ~/.kube/config}
 *     or the Pod's service account
 * @param context the context of the kubeconfig; else its current one
 * @param namespace the namespace; else that of the context, else {@code default}
 * @param connectTimeout how long the server may take to answer the first request
 */
public record ClusterSettings(
    @Nullable Path kubeconfig,
    @Nullable String context,
    @Nullable String namespace,
    Duration connectTimeout) {}
