package dev.previews.gateway.tunnels;

import java.net.InetSocketAddress;

/** The way to one port of one service of a connected client. Equal by identity. */
public final class Tunnel {
  private final String label;
  private final ForwardRequest request;
  private final TunnelClient client;
  private final Opener opener;

  /**
   * A tunnel that is not registered yet.
   *
   * @param label the first label of its host name
   */
  public Tunnel(String label, ForwardRequest request, TunnelClient client, Opener opener) {
    this.label = label;
    this.request = request;
    this.client = client;
    this.opener = opener;
  }

  /** The first label of its host name. */
  public String label() {
    return label;
  }

  /** What its client asked for. */
  public ForwardRequest request() {
    return request;
  }

  /** Whose it is. */
  public TunnelClient client() {
    return client;
  }

  /**
   * Opens a stream to the service.
   *
   * @param origin for whom
   * @param use what for
   */
  public TunnelStream open(
      InetSocketAddress origin, StreamUse use, TunnelStream.Listener listener) {
    return opener.open(origin, use, listener);
  }

  /** Opens streams; never throws and never blocks. */
  @FunctionalInterface
  public interface Opener {
    /** Opens one; the listener hears of its fate. */
    TunnelStream open(InetSocketAddress origin, StreamUse use, TunnelStream.Listener listener);
  }

  @Override
  public String toString() {
    return label;
  }
}
