package dev.previews.spi;

import dev.previews.environment.ServicePort;
import java.net.URI;
import java.util.Collections;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/** The URLs that a tunnel will open. Immutable. */
public final class TunnelPlan {
  private final SortedMap<ServicePort, URI> urls;

  private TunnelPlan(Map<ServicePort, URI> urls) {
    this.urls = Collections.unmodifiableSortedMap(new TreeMap<>(urls));
  }

  /** A plan with one URL for each port. */
  public static TunnelPlan of(Map<ServicePort, URI> urls) {
    return new TunnelPlan(urls);
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
