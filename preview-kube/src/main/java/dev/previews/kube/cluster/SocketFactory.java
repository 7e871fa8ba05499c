package dev.previews.kube.cluster;

import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.http.Interceptor;
import io.fabric8.kubernetes.client.http.StandardHttpRequest;
import io.fabric8.kubernetes.client.jdkhttp.JdkHttpClientFactory;
import io.fabric8.kubernetes.client.utils.HttpClientUtils;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.WebSocket;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * Makes the JDK's own WebSockets with fabric8's TLS, proxy and credentials. fabric8's WebSocket
 * hides what a carrier of data needs: to ping, to abort, and to learn when a message was sent.
 */
final class SocketFactory extends JdkHttpClientFactory {
  private @Nullable HttpClient client;
  private Collection<Interceptor> interceptors = List.of();

  @Override
  protected void additionalConfig(HttpClient.Builder builder) {
    client = builder.build();
  }

  void authenticateAs(Config config) {
    interceptors = HttpClientUtils.createApplicableInterceptors(config, this).values();
  }

  CompletableFuture<WebSocket> open(
      URI uri, String subprotocol, WebSocket.Listener listener, Duration timeout) {
    WebSocket.Builder builder =
        Objects.requireNonNull(client, "no client was built")
            .newWebSocketBuilder()
            .subprotocols(subprotocol)
            .connectTimeout(timeout);
    StandardHttpRequest.Builder signed = new StandardHttpRequest.Builder().uri(uri);
    StandardHttpRequest plain = signed.build();
    interceptors.forEach(each -> each.before(signed, plain, new NoTags()));
    signed
        .build()
        .headers()
        .forEach((name, values) -> values.forEach(value -> builder.header(name, value)));
    return builder.buildAsync(uri, listener);
  }

  private static final class NoTags implements Interceptor.RequestTags {
    @Override
    public <T> @Nullable T getTag(Class<T> type) {
      return null;
    }
  }
}
