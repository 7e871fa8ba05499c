package dev.previews.spi;

import dev.previews.environment.ServicePort;
import java.net.URI;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/** The URLs that a tunnel will open, and what must run beside the services for it. Immutable. */
public final class TunnelPlan {
  private final SortedMap<ServicePort, URI> urls;
  private final List<Sidecar> sidecars;

  private TunnelPlan(Map<ServicePort, URI> urls, List<Sidecar> sidecars) {
    this.urls = Collections.unmodifiableSortedMap(new TreeMap<>(urls));
    this.sidecars = List.copyOf(sidecars);
  }

  /** A plan with one URL for each port. */
  public static TunnelPlan of(Map<ServicePort, URI> urls) {
    return new TunnelPlan(urls, List.of());
  }

  /** The same with these containers beside the services. */
  public TunnelPlan sidecars(List<Sidecar> beside) {
    return new TunnelPlan(urls, beside);
  }

  /** What must run beside the services; empty for a tunnel that this JVM holds. */
  public List<Sidecar> sidecars() {
    return sidecars;
  }

  /** The URL of each published port. */
  public SortedMap<ServicePort, URI> urls() {
    return urls;
  }

  @Override
  public String toString() {
    return urls.toString();
  }
}
