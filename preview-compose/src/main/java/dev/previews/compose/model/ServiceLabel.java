package dev.previews.compose.model;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.previews.environment.ServicePort;
import dev.previews.spi.ExposedService;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** What a container says of its service, so that it is known where the Compose file is not. */
public final class ServiceLabel {
  /** The label's key. */
  public static final String KEY = "dev.previews.service";

  private static final ObjectMapper MAPPER = new ObjectMapper();

  private ServiceLabel() {}

  static String write(ExposedService service) {
    ObjectNode value = JsonNodeFactory.instance.objectNode();
    ObjectNode ports = value.putObject("ports");
    service.ports().forEach(port -> ports.put(Integer.toString(port.port()), port.scheme()));
    ObjectNode labels = value.putObject("labels");
    new TreeMap<>(service.labels()).forEach(labels::put);
    return value.toString();
  }

  /**
   * The service of this name as its container's label says; without ports and labels where it says
   * nothing of use.
   */
  public static ExposedService read(String name, String value) {
    List<ServicePort> ports = new ArrayList<>();
    Map<String, String> labels = new LinkedHashMap<>();
    try {
      JsonNode said = MAPPER.readTree(value);
      for (Map.Entry<String, JsonNode> port : said.path("ports").properties()) {
        ports.add(new ServicePort(name, Integer.parseInt(port.getKey()), port.getValue().asText()));
      }
      said.path("labels")
          .properties()
          .forEach(label -> labels.put(label.getKey(), label.getValue().asText()));
    } catch (JsonProcessingException | NumberFormatException e) {
      // Somebody else's label: the service is known by name alone.
    }
    return ExposedService.of(name, ports, labels);
  }
}
