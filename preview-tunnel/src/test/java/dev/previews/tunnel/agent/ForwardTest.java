package dev.previews.tunnel.agent;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.previews.error.InvalidInputException;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class ForwardTest {
  private static final PageScript SCRIPT =
      new PageScript("https://scripts.test/a.js", true, false, Optional.of("^/a"));

  @Test
  void aShortRequestIsAPath() {
    assertThat(Forward.of("web-80-pr", "web", 80, true, false, List.of()).line())
        .isEqualTo("/web-80-pr#access=private web 80\n");
    assertThat(Forward.of("a".repeat(54), "db", 5432, false, true, List.of()).request())
        .startsWith("/aaaa")
        .hasSizeLessThan(108);
  }

  @Test
  void aLongOneIsAName() {
    Forward forward = Forward.of("web-80-pr", "web", 80, false, false, List.of(SCRIPT));
    assertThat(forward.request()).matches("web-80-pr#access=public;inject=[A-Za-z0-9_-]+:80");
    String inject = forward.request().replaceAll(".*inject=|:80$", "");
    assertThat(new String(Base64.getUrlDecoder().decode(inject), StandardCharsets.UTF_8))
        .isEqualTo(
            "[{\"src\":\"https://scripts.test/a.js\",\"async\":true,\"pathRegex\":\"^/a\"}]");
  }

  @Test
  void whereOnlyPathsAreTakenALongOneIsRefused() {
    Forward fits = Forward.of("web-80-pr", "web", 80, true, false, List.of());
    assertThat(fits.asPath()).isEqualTo(fits);
    Forward named = Forward.of("web-80-pr", "web", 80, false, false, List.of(SCRIPT));
    int tooMany = ("/" + named.request()).length() - ":80".length() - 107;
    assertThatThrownBy(named::asPath)
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("too long together, by " + tooMany + " characters");
  }

  @Test
  void whatNoRequestHoldsIsRefused() {
    PageScript longest = new PageScript("x".repeat(800), false, false, Optional.empty());
    assertThatThrownBy(() -> Forward.of("web-80-pr", "web", 80, false, false, List.of(longest)))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("inject_script labels are too long");
  }
}
