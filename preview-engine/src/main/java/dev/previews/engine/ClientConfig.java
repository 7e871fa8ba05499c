package dev.previews.engine;

import com.github.dockerjava.api.model.AuthConfig;
import com.github.dockerjava.api.model.AuthConfigurations;
import com.github.dockerjava.core.DockerClientConfig;
import com.github.dockerjava.core.RemoteApiVersion;
import com.github.dockerjava.core.SSLConfig;
import java.net.URI;
import org.jspecify.annotations.Nullable;

/**
 * What docker-java wants to know. Unlike its own configuration it reads no environment variable, no
 * system property and no file.
 */
record ClientConfig(RemoteApiVersion version) implements DockerClientConfig {
  @Override
  public URI getDockerHost() {
    return URI.create("tcp://docker");
  }

  @Override
  public RemoteApiVersion getApiVersion() {
    return version;
  }

  @Override
  public @Nullable String getRegistryUsername() {
    return null;
  }

  @Override
  public @Nullable String getRegistryPassword() {
    return null;
  }

  @Override
  public @Nullable String getRegistryEmail() {
    return null;
  }

  @Override
  public String getRegistryUrl() {
    return AuthConfig.DEFAULT_SERVER_ADDRESS;
  }

  @Override
  public @Nullable AuthConfig effectiveAuthConfig(String imageName) {
    return null;
  }

  @Override
  public AuthConfigurations getAuthConfigurations() {
    return new AuthConfigurations();
  }

  @Override
  @SuppressWarnings("deprecation") // As the interface has it.
  public @Nullable SSLConfig getSSLConfig() {
    return null;
  }
}
