package dev.previews.tunnel.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.previews.tunnel.names.Extension;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.PipedInputStream;
import java.io.PipedOutputStream;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(20)
class HelloAnswerTest {
  private static final String ANSWER =
      "{\"clientId\":\"abc\",\"tunnels\":{},\"rootUrl\":\"https://gateway.test/\"}\r\n";

  @Test
  void theChannelMayStayOpen() throws Exception {
    try (PipedOutputStream server = new PipedOutputStream();
        PipedInputStream client = new PipedInputStream(server, 4096)) {
      server.write(ANSWER.getBytes(StandardCharsets.UTF_8));
      assertThat(HelloAnswer.read(client))
          .isEqualTo(new HelloAnswer(URI.create("https://gateway.test/"), Set.of()));
    }
  }

  @Test
  void extensionsThatAreNotKnownAreLeftOut() throws Exception {
    String answer =
        "{\"rootUrl\":\"https://gateway.test/\",\"extensions\":[\"more\",\"access-link\"]}\r\n";
    InputStream in = new ByteArrayInputStream(answer.getBytes(StandardCharsets.UTF_8));
    assertThat(HelloAnswer.read(in).extensions()).containsExactly(Extension.ACCESS_LINK);
  }

  @Test
  void whatIsNoGatewayIsSaid() {
    for (String answer : List.of("", "\n", "sh: hello: not found\n", "{\"clientId\":\"abc\"}\n")) {
      InputStream in = new ByteArrayInputStream(answer.getBytes(StandardCharsets.UTF_8));
      assertThatThrownBy(() -> HelloAnswer.read(in))
          .as(answer)
          .isInstanceOf(IOException.class)
          .hasMessageContaining("does not answer 'hello' as a tunnel gateway does");
    }
  }

  @Test
  void anEndlessAnswerIsNotKept() {
    InputStream endless =
        new ByteArrayInputStream("x".repeat(2 * 1024 * 1024).getBytes(StandardCharsets.UTF_8));
    assertThatThrownBy(() -> HelloAnswer.read(endless))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("has no end");
  }
}
