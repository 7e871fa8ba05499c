package dev.previews.gateway.ssh;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.previews.tunnel.names.Extension;
import dev.previews.tunnel.names.HostLabel;
import java.net.URI;

/** What the commands {@code hello} and {@code tunnel-url} print: one line of JSON. */
final class GatewayAnswers {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final String END = "\r\n";

  private final URI root;

  /**
   * Answers of a gateway.
   *
   * @param root the gateway's own URL; its tunnels' are subdomains of it
   */
  GatewayAnswers(URI root) {
    this.root = root;
  }

  String hello(ClientConnection client) {
    ObjectNode answer = JSON.createObjectNode();
    answer.put("clientId", client.id());
    ObjectNode tunnels = answer.putObject("tunnels");
    client.labels().forEach((request, label) -> tunnels.put(request, url(label)));
    ObjectNode base = answer.putObject("baseUrl"); // what old clients read
    base.put("hostname", root.getHost());
    base.put("port", root.getPort() < 0 ? "" : String.valueOf(root.getPort()));
    base.put("protocol", root.getScheme() + ":");
    answer.put("rootUrl", root.getScheme() + "://" + root.getAuthority() + "/");
    ArrayNode extensions = answer.putArray("extensions");
    for (Extension extension : Extension.values()) {
      extensions.add(extension.word());
    }
    return answer + END;
  }

  String tunnelUrls(ClientConnection client, Iterable<String> names) {
    ObjectNode answer = JSON.createObjectNode();
    for (String name : names) {
      answer.put(name, url(HostLabel.of(name, client.id())));
    }
    return answer + END;
  }

  private String url(String label) {
    return root.getScheme() + "://" + label + "." + root.getAuthority() + "/";
  }
}
