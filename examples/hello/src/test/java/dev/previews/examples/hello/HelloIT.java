package dev.previews.examples.hello;

import static org.assertj.core.api.Assertions.assertThat;

import dev.previews.Preview;
import dev.previews.junit.PreviewExtension;
import dev.previews.junit.ServiceUrl;
import dev.previews.machines.TestImages;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** The example's own integration test, as its users would write it; on JUnit 6. */
class HelloIT {
  @RegisterExtension
  static final PreviewExtension HELLO =
      PreviewExtension.of(
          previews -> {
            TestImages.requireEngine();
            return previews
                .ephemeral()
                .variable("BASE_IMAGE", TestImages.busybox())
                .up(Path.of("compose.yaml"));
          });

  @Test
  void theSiteAnswers(@ServiceUrl("web") URI web) throws Exception {
    assertThat(get(web)).contains("Hello");
  }

  @Test
  void theDatabaseIsMigratedOnce(Preview preview) {
    assertThat(preview.exec("api", "cat", "/data/runs").stdout()).isEqualTo("1\n");
  }

  private static String get(URI url) throws Exception {
    return HttpClient.newHttpClient()
        .send(HttpRequest.newBuilder(url).build(), BodyHandlers.ofString())
        .body();
  }
}
