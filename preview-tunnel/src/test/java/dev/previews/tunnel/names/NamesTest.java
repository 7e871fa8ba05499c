package dev.previews.tunnel.names;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Base64;
import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.api.Test;

class NamesTest {
  /**
   * The examples were computed with the protocol's reference implementation's own steps in Node.
   */
  @Test
  void aClientIdComesFromThePublicKey() {
    byte[] key =
        Base64.getDecoder()
            .decode("AAAAC3NzaC1lZDI1NTE5AAAAIAABAgMEBQYHCAkKCwwNDg8QERITFBUWFxgZGhscHR4f");
    assertThat(ClientId.of(key)).isEqualTo("vovoeg7y");
  }

  @Test
  void aLabelIsTheNameAndTheClient() {
    assertThat(HostLabel.of("/web-demo", "abcdefgh")).isEqualTo("web-demo-abcdefgh");
    assertThat(HostLabel.of("my_svc-demo", "abcdefgh")).isEqualTo("my_svc-demo-abcdefgh");
  }

  @Test
  void aNameThatIsNotALabelEndsWithADigest() {
    assertThat(HostLabel.of("Web.demo", "abcdefgh")).isEqualTo("web-demo-107b-abcdefgh");
    String longName = "a".repeat(70);
    assertThat(HostLabel.of(longName, "abcdefgh"))
        .isEqualTo("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa-d1xs-abcdefgh")
        .hasSize(63);
  }

  @Test
  void tunnelNamesReadAsTheyAreMeant() {
    assertThat(TunnelName.of("web", 8080, "shop-12")).isEqualTo("web-8080-shop-12");
    assertThat(TunnelName.of("web-2", 80, "demo")).isEqualTo("web-2-80-demo");
  }

  @Test
  void noTwoPortsShareAName() {
    String[][] triples = {
      {"a", "80", "b-90-c"},
      {"a-80-b", "90", "c"},
      {"my_svc", "80", "e"},
      {"my-svc", "80", "e"},
      {"my.svc", "80", "e"},
      {"My-svc", "80", "e"},
      {"svc-", "80", "e"},
      {"svc", "80", "e"},
      {"svc", "80", "e--f"},
      {"svc", "80", "e-f"},
      {"s".repeat(60), "80", "e"},
      {"s".repeat(61), "80", "e"},
      {"svc", "80", "e".repeat(40)},
      {"service-with-a-long-name", "8080", "e".repeat(40)},
      {"service-with-a-long-name", "8081", "e".repeat(40)},
    };
    Set<String> names = new HashSet<>();
    for (String[] it : triples) {
      String name = TunnelName.of(it[0], Integer.parseInt(it[1]), it[2]);
      assertThat(name).matches("[a-z0-9]([a-z0-9-]*[a-z0-9])?").hasSizeLessThanOrEqualTo(54);
      assertThat(names.add(name)).as(name).isTrue();
      assertThat(HostLabel.of(name, "abcdefgh")).isEqualTo(name + "-abcdefgh");
    }
  }
}
