package dev.previews.tunnel.gateway;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.previews.tunnel.names.Extension;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.EnumSet;
import java.util.Set;

/**
 * What a gateway says to {@code hello}: a line of JSON. It may keep the channel open after it, for
 * as long as it likes.
 *
 * @param rootUrl the gateway's own URL, without a path
 * @param extensions what it takes beyond the protocol, as far as we know it
 */
public record HelloAnswer(URI rootUrl, Set<Extension> extensions) {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final int LONGEST = 1024 * 1024;

  /** An answer. */
  public HelloAnswer {
    extensions = Set.copyOf(extensions);
  }

  static HelloAnswer read(InputStream answer) throws IOException {
    String said = line(answer);
    try {
      JsonNode json = JSON.readTree(said);
      URI root = URI.create(json.path("rootUrl").asText());
      if (root.getScheme() != null && root.getHost() != null) {
        Set<Extension> extensions = EnumSet.noneOf(Extension.class);
        for (JsonNode word : json.path("extensions")) {
          Extension.of(word.asText()).ifPresent(extensions::add);
        }
        return new HelloAnswer(root, extensions);
      }
    } catch (JsonProcessingException | IllegalArgumentException e) {
      // Said below.
    }
    throw new IOException("it does not answer 'hello' as a tunnel gateway does");
  }

  private static String line(InputStream in) throws IOException {
    ByteArrayOutputStream line = new ByteArrayOutputStream();
    for (int next = in.read(); next >= 0 && next != '\n'; next = in.read()) {
      line.write(next);
      if (line.size() > LONGEST) {
        throw new IOException("its answer to 'hello' has no end");
      }
    }
    return line.toString(StandardCharsets.UTF_8);
  }
}
