package dev.previews.kube;

import dev.previews.error.InvalidInputException;
import dev.previews.kube.cluster.ClusterSettings;
import dev.previews.spi.Context;
import dev.previews.spi.Driver;
import dev.previews.spi.DriverConfig;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A namespace of a Kubernetes cluster as the place where environments live: one Pod with a Docker
 * engine for each.
 *
 * <pre>{@code
 * Previews.builder().driver(Kube.kube().namespace("previews").context("staging")).up(file)
 * }</pre>
 *
 * Without anything said it is the current context of {@code KUBECONFIG} or {@code ~/.kube/config},
 * or in a Pod the cluster that it runs in. Immutable; each method returns a changed copy.
 */
public final class Kube implements DriverConfig {
  private static final String IMAGE = "docker:28-dind";
  private static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(10);
  private static final Duration SCHEDULING_TIMEOUT = Duration.ofMinutes(3);
  private static final Duration GRACE = Duration.ofMinutes(10);

  private final ClusterSettings cluster;
  private final Map<String, Object> values;
  private final Map<String, String> images;
  private final Waits waits;

  private Kube(
      ClusterSettings cluster,
      Map<String, Object> values,
      Map<String, String> images,
      Waits waits) {
    this.cluster = cluster;
    this.values = values;
    this.images = images;
    this.waits = waits;
  }

  /** The current context's cluster and namespace. */
  public static Kube kube() {
    Map<String, Object> values = new LinkedHashMap<>();
    values.put("image", IMAGE);
    values.put("storageClass", "");
    values.put("storageSize", "10Gi");
    values.put("cpu", "50m");
    values.put("memory", "128Mi");
    values.put("registryMirrors", List.of());
    return new Kube(
        new ClusterSettings(null, null, null, CONNECT_TIMEOUT),
        values,
        Map.of(),
        new Waits(SCHEDULING_TIMEOUT, GRACE, true));
  }

  /** The same in this namespace, which exists. */
  public Kube namespace(String namespace) {
    return with(cluster.kubeconfig(), cluster.context(), namespace, cluster.connectTimeout());
  }

  /** The same in this context of the kubeconfig. */
  public Kube context(String context) {
    return with(cluster.kubeconfig(), context, cluster.namespace(), cluster.connectTimeout());
  }

  /** The same with this kubeconfig and no other. */
  public Kube kubeconfig(Path file) {
    return with(file, cluster.context(), cluster.namespace(), cluster.connectTimeout());
  }

  /** The same where the API server may take so long to answer at first. Default: 10 seconds. */
  public Kube connectTimeout(Duration timeout) {
    return with(cluster.kubeconfig(), cluster.context(), cluster.namespace(), timeout);
  }

  /**
   * The same where {@code up} gives up when no node has had room for so long; a cluster that adds
   * nodes by itself needs a few minutes. Default: 3 minutes.
   */
  public Kube schedulingTimeout(Duration timeout) {
    return new Kube(cluster, values, images, new Waits(timeout, waits.grace(), waits.removal()));
  }

  /**
   * The same where the cluster itself removes an environment so long after its time is over, if no
   * client has done it before. Default: 10 minutes, more than an {@code up} usually takes.
   *
   * @throws InvalidInputException when it is negative
   */
  public Kube grace(Duration time) {
    if (time.isNegative()) {
      throw new InvalidInputException("the grace must not be negative, as " + time + " is");
    }
    return new Kube(cluster, values, images, new Waits(waits.scheduling(), time, waits.removal()));
  }

  /**
   * The same where {@code down} ends when all is gone, or else as soon as the cluster has been told
   * to remove all: a Pod may take half a minute for its end. An {@code up} that comes meanwhile
   * waits for that. A {@code down} that keeps volumes always waits. Default: true.
   */
  public Kube waitForRemoval(boolean untilGone) {
    return new Kube(
        cluster, values, images, new Waits(waits.scheduling(), waits.grace(), untilGone));
  }

  /** The same with this image of a Docker engine. */
  public Kube image(String image) {
    return with("image", image);
  }

  /** The same with volumes of this storage class. Default: the cluster's own default. */
  public Kube storageClass(String name) {
    return with("storageClass", name);
  }

  /** The same with data volumes of this size, as {@code 10Gi}. */
  public Kube storageSize(String quantity) {
    return with("storageSize", quantity);
  }

  /** The same where the scheduler reserves so much for each environment; there is no limit. */
  public Kube requests(String cpu, String memory) {
    return with("cpu", cpu).with("memory", memory);
  }

  /** The same with one more mirror that engines pull from. */
  public Kube registryMirror(String url) {
    List<Object> mirrors = new ArrayList<>();
    if (values.get("registryMirrors") instanceof List<?> known) {
      mirrors.addAll(known);
    }
    mirrors.add(url);
    return with("registryMirrors", List.copyOf(mirrors));
  }

  /** The same where templates that say the image {@code from} get {@code to}. */
  public Kube imageMap(String from, String to) {
    Map<String, String> more = new LinkedHashMap<>(images);
    more.put(from, to);
    return new Kube(cluster, values, more, waits);
  }

  private Kube with(
      @Nullable Path kubeconfig,
      @Nullable String context,
      @Nullable String namespace,
      Duration connectTimeout) {
    return new Kube(
        new ClusterSettings(kubeconfig, context, namespace, connectTimeout), values, images, waits);
  }

  private Kube with(String name, Object value) {
    Map<String, Object> more = new LinkedHashMap<>(values);
    more.put(name, value);
    return new Kube(cluster, more, images, waits);
  }

  /** All that was said. */
  record Settings(ClusterSettings cluster, MachineTemplate template, Waits waits) {}

  Settings settings() {
    return new Settings(cluster, new MachineTemplate(values, images), waits);
  }

  @Override
  public Driver open(Context context) {
    Settings all = settings();
    return KubeDriver.open(all.cluster(), all.template(), all.waits(), context);
  }

  @Override
  public String toString() {
    return "kube " + cluster;
  }
}
