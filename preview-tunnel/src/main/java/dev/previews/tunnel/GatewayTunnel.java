package dev.previews.tunnel;

import dev.previews.environment.EnvironmentId;
import dev.previews.environment.ServicePort;
import dev.previews.error.ConnectionException;
import dev.previews.spi.Context;
import dev.previews.spi.Deployment;
import dev.previews.spi.ExposedService;
import dev.previews.spi.Tunnel;
import dev.previews.spi.TunnelPlan;
import dev.previews.tunnel.access.AccessLink;
import dev.previews.tunnel.access.AccessToken;
import dev.previews.tunnel.agent.Agent;
import dev.previews.tunnel.agent.Forward;
import dev.previews.tunnel.gateway.GatewayAddress;
import dev.previews.tunnel.gateway.GatewayClient;
import dev.previews.tunnel.gateway.HelloAnswer;
import dev.previews.tunnel.keys.TunnelKey;
import dev.previews.tunnel.names.ClientId;
import dev.previews.tunnel.names.Extension;
import dev.previews.tunnel.names.HostLabel;
import dev.previews.tunnel.names.TunnelName;
import dev.previews.tunnel.profile.Profile;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/** URLs at a gateway, held by an agent in the environment: nothing of them is this JVM's. */
final class GatewayTunnel implements Tunnel {
  private final EnvironmentId id;
  private final Context context;
  private final Access access;
  private final GatewayAddress gateway;
  private final String authorities;
  private final Profile profile;
  private final TunnelKey key;
  private final Agent agent;
  private Set<URI> restricted = Set.of();
  private boolean linksByParameter;

  GatewayTunnel(
      EnvironmentId id,
      Context context,
      Access access,
      GatewayAddress gateway,
      String authorities,
      Profile profile,
      Agent agent) {
    this.id = id;
    this.context = context;
    this.access = access;
    this.gateway = gateway;
    this.authorities = authorities;
    this.profile = profile;
    this.key = profile.key();
    this.agent = agent;
  }

  /**
   * Asks the gateway for its domain and what it takes, and pins its host key when it is seen first.
   */
  @Override
  public synchronized TunnelPlan plan(List<ExposedService> services) {
    HelloAnswer hello =
        new GatewayClient(gateway, profile, key, authorities).hello(id.value(), context);
    URI root = hello.rootUrl();
    String hostKey =
        profile
            .hostKey(gateway.toString())
            .orElseThrow(
                () ->
                    new ConnectionException(
                        "the host key of " + gateway + " was removed meanwhile"));
    String client = ClientId.of(key.publicKey().blob());
    Map<ServicePort, URI> urls = new TreeMap<>();
    List<Forward> planned = new ArrayList<>();
    Set<URI> closed = new HashSet<>();
    for (ExposedService service : services) {
      boolean isPrivate = ServiceLabels.access(service, access) == Access.PRIVATE;
      boolean rawTcp = ServiceLabels.isRawTcp(service);
      for (ServicePort port : service.ports()) {
        String name = TunnelName.of(service.name(), port.port(), id.value());
        URI url =
            URI.create(
                root.getScheme() + "://" + HostLabel.of(name, client) + "." + root.getAuthority());
        Forward forward =
            Forward.of(
                name,
                service.name(),
                port.port(),
                isPrivate,
                rawTcp,
                ServiceLabels.scripts(service));
        planned.add(
            hello.extensions().contains(Extension.NAMED_FORWARD) ? forward : forward.asPath());
        urls.put(port, url);
        if (isPrivate) {
          closed.add(url);
        }
      }
    }
    restricted = Set.copyOf(closed);
    linksByParameter = hello.extensions().contains(Extension.ACCESS_LINK);
    return TunnelPlan.of(urls)
        .sidecars(List.of(agent.prepare(root.getHost(), key, hostKey, authorities, planned)));
  }

  @Override
  public synchronized void open(Deployment deployment) {
    try {
      agent.await(deployment, context);
    } finally {
      agent.forget();
    }
  }

  @Override
  public synchronized URI accessUrl(URI url, Duration ttl) {
    if (!restricted.contains(url)) {
      return url;
    }
    String token = AccessToken.issue(key, id.value(), Instant.now(), ttl);
    return linksByParameter
        ? AccessLink.byParameter(url, token)
        : AccessLink.byPassword(url, token);
  }

  /** The tunnels are the environment's: they stay. */
  @Override
  public synchronized void close() {
    agent.forget();
    profile.close();
  }
}
