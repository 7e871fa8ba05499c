package dev.previews.engine;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.MappingIterator;
import dev.previews.error.RemoteCommandException;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.List;

/** The messages that the engine streams below a status of 200, the failure too. */
final class Progress {
  private static final int MOST_LINES = 1000;

  private Progress() {}

  /**
   * Reads to the end.
   *
   * @return the lines of {@code stream}
   * @throws RemoteCommandException when one of them reports a failure
   */
  static List<String> read(InputStream body, String what) throws IOException {
    List<String> lines = new ArrayList<>();
    try (MappingIterator<JsonNode> messages =
        Engine.mapper().readerFor(JsonNode.class).readValues(body)) {
      while (messages.hasNextValue()) {
        JsonNode message = messages.nextValue();
        String error =
            message.path("errorDetail").path("message").asText(message.path("error").asText(""));
        if (!error.isEmpty()) {
          throw new RemoteCommandException("the Docker engine failed " + what, error, null);
        }
        String line = message.path("stream").asText("").strip();
        if (!line.isEmpty() && lines.size() < MOST_LINES) {
          lines.add(line);
        }
      }
    }
    return lines;
  }
}
