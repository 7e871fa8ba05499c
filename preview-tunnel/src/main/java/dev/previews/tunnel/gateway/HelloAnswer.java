package dev.previews.tunnel.gateway;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.nio.charset.StandardCharsets;

/**
 * What a gateway says to {@code hello}: a line of JSON. It may keep the channel open after it, for
 * as long as it likes.
 */
final class HelloAnswer {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final int LONGEST = 1024 * 1024;

  private HelloAnswer() {}

  /** The gateway's own URL, without a path. */
  static URI rootUrl(InputStream answer) throws IOException {
    String said = line(answer);
    try {
      URI root = URI.create(JSON.readTree(said).path("rootUrl").asText());
      if (root.getScheme() != null && root.getHost() != null) {
        return root;
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
