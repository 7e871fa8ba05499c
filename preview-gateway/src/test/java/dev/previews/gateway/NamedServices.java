package dev.previews.gateway;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;

/** A Compose file of services that say their names at port 8080, each on a network of its own. */
final class NamedServices {
  private NamedServices() {}

  /** Writes it, with what these services have as labels. */
  static Path write(Path folder, String image, Map<String, String> labels, String... services)
      throws IOException {
    StringBuilder text = new StringBuilder("services:\n");
    for (String service : services) {
      text.append("  ").append(service).append(":\n");
      text.append("    image: ").append(image).append('\n');
      text.append("    command: [sh, -c, 'mkdir -p /www && echo ")
          .append(service)
          .append(" > /www/index.html && exec httpd -f -p 8080 -h /www']\n");
      text.append(
          "    environment: {MINE: \"${PREVIEW_URL_WEB_8080}\", OLD:"
              + " \"${PREEVY_BASE_URI_WEB_8080}\"}\n");
      text.append("    restart: unless-stopped\n");
      text.append("    stop_grace_period: 0s\n");
      text.append("    ports: [8080]\n");
      text.append("    networks: [").append(service).append("-net]\n");
      if (labels.containsKey(service)) {
        text.append("    labels: {").append(labels.get(service)).append("}\n");
      }
    }
    text.append("networks:\n");
    for (String service : services) {
      text.append("  ").append(service).append("-net: {}\n");
    }
    return Files.writeString(folder.resolve("compose.yaml"), text);
  }
}
