package dev.previews.tunnel;

import dev.previews.environment.EnvironmentId;
import dev.previews.error.InvalidInputException;
import dev.previews.spi.Context;
import dev.previews.spi.Tunnel;
import dev.previews.spi.TunnelConfig;
import dev.previews.tunnel.agent.Agent;
import dev.previews.tunnel.gateway.GatewayAddress;
import dev.previews.tunnel.profile.Profile;
import dev.previews.tunnel.profile.ProfileAddress;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * URLs at a tunnel gateway: they are the same from one {@code up} to the next and live as long as
 * the environment.
 *
 * <pre>{@code
 * Previews.builder().tunnel(gateway("ssh://gateway.example.com:2222")).up(…)
 * }</pre>
 *
 * The gateway is {@code preview-gateway}'s, or a Preevy tunnel server. Immutable.
 */
public final class Gateway implements TunnelConfig {
  private final GatewayAddress address;
  private final ProfileAddress profile;
  private final String image;
  private final Access access;
  private final String authorities;

  private Gateway(
      GatewayAddress address,
      ProfileAddress profile,
      String image,
      Access access,
      String authorities) {
    this.address = address;
    this.profile = profile;
    this.image = image;
    this.access = access;
    this.authorities = authorities;
  }

  /**
   * The gateway at an address.
   *
   * @param address {@code ssh://host[:port]} or {@code ssh+tls://host[:port]}, as this JVM and the
   *     environment reach it
   * @throws InvalidInputException when it is none
   */
  public static Gateway gateway(String address) {
    try {
      return new Gateway(
          GatewayAddress.parse(URI.create(address)),
          ProfileAddress.of(Path.of(System.getProperty("user.home", "."), ".previews", "tunnel")),
          "docker:28-cli",
          Access.PUBLIC,
          "");
    } catch (IllegalArgumentException e) {
      throw new InvalidInputException(
          "'" + address + "' is not the address of a tunnel gateway", e);
    }
  }

  /**
   * The same with this folder for the key, which decides the URLs, and for what is pinned. It is
   * made when it is missing, for this user alone. Default: {@code .previews/tunnel} in the home
   * directory.
   */
  public Gateway profile(Path folder) {
    return new Gateway(address, ProfileAddress.of(folder), image, access, authorities);
  }

  /**
   * The same with a key that others share: {@code kube://namespace[/name][?context=…]} is a Secret
   * for each value in a namespace of a Kubernetes cluster, made when it is missing, and {@code
   * preview-kube} on the class path. Anything without {@code ://} is a folder.
   *
   * @throws InvalidInputException when it is neither
   */
  public Gateway profile(String address) {
    return new Gateway(this.address, ProfileAddress.parse(address), image, access, authorities);
  }

  /**
   * The same with these certificates, in PEM, as the only ones by which a gateway at {@code
   * ssh+tls://} is believed; its own, or those of authorities. Default: the platform's authorities.
   *
   * @throws InvalidInputException when the file cannot be read
   */
  public Gateway trust(Path certificates) {
    try {
      return new Gateway(address, profile, image, access, Files.readString(certificates));
    } catch (IOException e) {
      throw new InvalidInputException(
          "the certificates to trust the gateway by cannot be read: " + e, e);
    }
  }

  /**
   * The same with this image for the container that holds the tunnels; it must have {@code sh} and
   * OpenSSH's client, and for a gateway at {@code ssh+tls://} {@code openssl}, as {@code
   * docker:28-dind} has it, or Alpine's {@code ssl_client}, with which the gateway's URLs must be
   * at a domain. Default: {@code docker:28-cli}. Pulled where it is missing.
   */
  public Gateway image(String name) {
    if (name.isBlank()) {
      throw new InvalidInputException("the gateway tunnel's image is blank");
    }
    return new Gateway(address, profile, name, access, authorities);
  }

  /**
   * The same with this access for every service without a label {@code preview.access}. Default:
   * {@link Access#PUBLIC}.
   */
  public Gateway access(Access value) {
    return new Gateway(address, profile, image, value, authorities);
  }

  @Override
  public Tunnel create(EnvironmentId id, Context context) {
    Profile opened = profile.open(context);
    try {
      return new GatewayTunnel(
          id, context, access, address, authorities, opened, new Agent(address, image, id.value()));
    } catch (RuntimeException | Error e) {
      opened.close();
      throw e;
    }
  }

  @Override
  public String toString() {
    return address.toString();
  }
}
