package dev.previews.examples.hello;

import static dev.previews.docker.Docker.docker;
import static dev.previews.kube.Kube.kube;

import dev.previews.ConsoleProgress;
import dev.previews.Preview;
import dev.previews.Previews;
import dev.previews.environment.Service;
import dev.previews.kube.Kube;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;

/**
 * {@code up} brings the example up, shows what its URLs answer, and leaves it up; {@code hold}
 * keeps the URLs of one that is up until it is gone; {@code down} removes it. The second argument
 * says where: {@code docker} or {@code kube}. The variable {@code PREVIEW_ID} names the environment
 * otherwise than {@code hello}.
 */
final class Hello {
  private static final Path COMPOSE = Path.of("examples", "hello", "compose.yaml");

  private Hello() {}

  public static void main(String[] arguments) throws IOException, InterruptedException {
    String image = System.getenv().getOrDefault("BASE_IMAGE", "busybox:1.37");
    String id = System.getenv().getOrDefault("PREVIEW_ID", "hello");
    boolean inCluster = arguments.length > 1 && arguments[1].equals("kube");
    Previews previews =
        Previews.builder()
            .driver(inCluster ? cluster() : docker().image(image))
            .id(id)
            .variable("BASE_IMAGE", image)
            .progress(ConsoleProgress.create())
            .build();
    if (arguments.length > 0 && arguments[0].equals("down")) {
      previews.down(id);
      System.out.println("removed " + id);
      return;
    }
    if (arguments.length > 0 && arguments[0].equals("hold")) {
      hold(previews, id);
      return;
    }
    Instant start = Instant.now();
    try (Preview preview = previews.up(COMPOSE)) {
      long took = Duration.between(start, Instant.now()).toMillis();
      System.out.printf("%nup in %.1f s%n", took / 1000.0);
      for (Service service : preview.services()) {
        System.out.printf("  %-8s %s%n", service.name(), service.state());
        for (URI url : service.urls().values()) {
          System.out.printf("    %s answers: %s%n", url, get(url));
        }
      }
    }
  }

  /** URLs answer as long as the object is open that has them. */
  private static void hold(Previews previews, String id) throws InterruptedException {
    try (Preview preview = previews.find(id).orElseThrow()) {
      System.out.println("holding the URLs of " + preview.id());
      while (previews.list().stream().anyMatch(it -> it.id().equals(preview.id()))) {
        Thread.sleep(2000);
      }
    }
  }

  /** The cluster of the kubeconfig; its nodes may have the engine's image under another name. */
  private static Kube cluster() {
    String image = System.getenv("MACHINE_IMAGE");
    return image == null ? kube() : kube().image(image);
  }

  private static String get(URI url) throws IOException, InterruptedException {
    HttpResponse<String> response =
        HttpClient.newHttpClient()
            .send(HttpRequest.newBuilder(url).build(), HttpResponse.BodyHandlers.ofString());
    return response.statusCode() + " " + response.body().lines().findFirst().orElse("");
  }
}
