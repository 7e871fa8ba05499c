package dev.previews.junit;

import static org.assertj.core.api.Assertions.assertThat;

import dev.previews.Preview;
import java.io.IOException;
import java.net.URI;
import java.net.URL;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Test classes as users write them; {@link PreviewExtensionIT} runs them. */
public final class Samples {
  /** The ids of the environments that the tests saw, in order. */
  static final List<String> IDS = new CopyOnWriteArrayList<>();

  /** The containers of these. */
  static final List<String> CONTAINERS = new CopyOnWriteArrayList<>();

  /** What a sample without an id of its own brings up. */
  static final AtomicReference<Path> COMPOSE = new AtomicReference<>();

  /** Where two classes meet that run at once. */
  static final CyclicBarrier TOGETHER = new CyclicBarrier(2);

  static final String NAMED = "junit-named";

  private Samples() {}

  static String get(URI url) throws IOException, InterruptedException {
    return HttpClient.newHttpClient()
        .send(HttpRequest.newBuilder(url).build(), BodyHandlers.ofString())
        .body()
        .strip();
  }

  /** Notes which environment a test saw, for this JVM and for one that reads its output. */
  public static void note(Preview preview) {
    IDS.add(preview.id().value());
    CONTAINERS.add(preview.exec("web", "hostname").stdout().strip());
    System.out.println(
        "sample " + IDS.get(IDS.size() - 1) + " " + CONTAINERS.get(CONTAINERS.size() - 1));
  }

  @PreviewEnvironment(compose = "environment.yaml", variables = "GREETING=good day")
  static class Parameters {
    private final Preview ofConstructor;

    Parameters(Preview preview) {
      this.ofConstructor = preview;
    }

    @Test
    void areResolved(
        Preview preview,
        @ServiceUrl("web") URI uri,
        @ServiceUrl(value = "web", port = 8080) URL url,
        @ServiceUrl("web") String text)
        throws Exception {
      note(preview);
      assertThat(ofConstructor).isSameAs(preview);
      assertThat(uri).isEqualTo(preview.url("web")).hasToString(text);
      assertThat(url.toURI()).isEqualTo(uri);
      assertThat(get(uri)).isEqualTo("good day");
    }

    @Nested
    class Within {
      @Test
      void usesTheSame(Preview preview) {
        note(preview);
      }
    }
  }

  @PreviewEnvironment(compose = "environment.yaml")
  static class Failing {
    @Test
    void fails(Preview preview, @ServiceUrl("web") URI web) throws Exception {
      note(preview);
      get(web.resolve("/asked-for-by-the-test"));
      throw new AssertionError("as it should");
    }
  }

  @PreviewEnvironment(compose = "broken.yaml")
  static class Broken {
    @Test
    void neverRuns() {}

    @Test
    void neitherDoesThis() {}
  }

  @PreviewEnvironment(compose = "missing.yaml")
  static class Missing {
    @Test
    void neverRuns() {}
  }

  @PreviewEnvironment(compose = "environment.yaml", share = Share.RUN)
  static class FirstOfRun {
    @Test
    void notes(Preview preview) {
      note(preview);
    }
  }

  @PreviewEnvironment(compose = "environment.yaml", share = Share.RUN)
  static class SecondOfRun {
    @Test
    void notes(Preview preview) {
      note(preview);
    }
  }

  @PreviewEnvironment(compose = "environment.yaml")
  static class OneAlone {
    @Test
    void notes(Preview preview) throws Exception {
      TOGETHER.await(1, TimeUnit.MINUTES);
      note(preview);
    }
  }

  @PreviewEnvironment(compose = "environment.yaml")
  static class AnotherAlone {
    @Test
    void notes(Preview preview) throws Exception {
      TOGETHER.await(1, TimeUnit.MINUTES);
      note(preview);
    }
  }

  @PreviewEnvironment(compose = "environment.yaml", reuse = true)
  static class Reusing {
    @Test
    void notes(Preview preview) {
      note(preview);
    }
  }

  static class InAField {
    @RegisterExtension
    static PreviewExtension app =
        PreviewExtension.of(
            previews ->
                previews
                    .id("junit-in-a-field")
                    .ephemeral()
                    .variable("GREETING", "from a field")
                    .up(Path.of("src/test/resources/environment.yaml")));

    @Test
    void reachesIt(Preview preview) throws Exception {
      note(preview);
      assertThat(get(app.url("web"))).isEqualTo("from a field");
      assertThat(app.url("web", 8080)).isEqualTo(app.preview().url("web"));
    }
  }

  private static final PreviewExtension OF_THE_RUN =
      PreviewExtension.of(
              previews -> previews.ephemeral().up(Path.of("src/test/resources/environment.yaml")))
          .share(Share.RUN);

  static class FirstOfField {
    @RegisterExtension static final PreviewExtension app = OF_THE_RUN;

    @Test
    void notes(Preview preview) {
      note(preview);
    }
  }

  static class SecondOfField {
    @RegisterExtension static final PreviewExtension app = OF_THE_RUN;

    @Test
    void notes() {
      note(app.preview());
    }
  }

  static class FieldWithoutAnId {
    @RegisterExtension
    static PreviewExtension app =
        PreviewExtension.of(previews -> previews.ephemeral().up(COMPOSE.get()));

    @Test
    void notes(Preview preview) {
      note(preview);
    }
  }

  @PreviewEnvironment(compose = "environment.yaml", share = Share.PACKAGE)
  static class FirstOfPackage {
    @Test
    void notes(Preview preview) {
      note(preview);
    }
  }

  @PreviewEnvironment(compose = "environment.yaml", share = Share.PACKAGE)
  static class SecondOfPackage {
    @Test
    void notes(Preview preview) {
      note(preview);
    }
  }

  @PreviewEnvironment(compose = "environment.yaml", id = NAMED)
  static class FirstOfName {
    @Test
    void notes(Preview preview) {
      note(preview);
    }
  }

  @PreviewEnvironment(compose = "environment.yaml", id = NAMED)
  static class SecondOfName {
    @Test
    void notes(Preview preview) {
      note(preview);
    }
  }

  @PreviewEnvironment(compose = "environment.yaml", id = NAMED, variables = "GREETING=other")
  static class OtherOfName {
    @Test
    void neverRuns() {}
  }

  @PreviewEnvironment(compose = "environment.yaml", reuse = true, ttl = "1s")
  static class ShortLived {
    @Test
    void notes(Preview preview) {
      note(preview);
    }
  }

  @PreviewEnvironment(compose = "environment.yaml")
  @TestMethodOrder(MethodOrderer.MethodName.class)
  static class FailingLater {
    @Test
    void aPasses(@ServiceUrl("web") URI web) throws Exception {
      get(web.resolve("/asked-for-before"));
      Thread.sleep(2_500); // more than clocks may differ
    }

    @Test
    void bFails(@ServiceUrl("web") URI web) throws Exception {
      get(web.resolve("/asked-for-in-it"));
      throw new AssertionError("as it should");
    }
  }

  @PreviewEnvironment(compose = "environment.yaml")
  static class FailingBeforeAll {
    @BeforeAll
    static void fails(@ServiceUrl("web") URI web) throws Exception {
      get(web.resolve("/asked-for-before-all"));
      throw new AssertionError("as it should");
    }

    @Test
    void neverRuns() {}
  }

  @PreviewEnvironment(compose = "environment.yaml", variables = "GREETING=of the annotation")
  static class AnnotationAndField {
    @RegisterExtension
    static PreviewExtension other =
        PreviewExtension.of(
            previews ->
                previews
                    .id("junit-beside")
                    .ephemeral()
                    .variable("GREETING", "of the field")
                    .up(Path.of("src/test/resources/environment.yaml")));

    @Test
    void areBothReached(Preview preview, @ServiceUrl("web") URI web) throws Exception {
      note(preview);
      note(other.preview());
      assertThat(get(web)).isEqualTo("of the annotation");
      assertThat(get(other.url("web"))).isEqualTo("of the field");
      throw new AssertionError("as it should");
    }
  }

  static class TwoFields {
    @RegisterExtension static PreviewExtension one = brief("junit-field-one");
    @RegisterExtension static PreviewExtension two = brief("junit-field-two");

    @Test
    void areAskedByTheirFields() {
      assertThat(one.preview().id()).hasToString("junit-field-one");
      assertThat(two.preview().id()).hasToString("junit-field-two");
    }

    @Test
    void makeAParameterAmbiguous(Preview preview) {}

    private static PreviewExtension brief(String id) {
      return PreviewExtension.of(
          previews ->
              previews.id(id).ephemeral().up(Path.of("src/test/resources/environment.yaml")));
    }
  }

  /** Says nothing of where it runs. */
  @PreviewEnvironment(compose = "environment.yaml", variables = "GREETING=anywhere")
  static class Anywhere {
    @Test
    void answers(Preview preview, @ServiceUrl("web") URI web) throws Exception {
      note(preview);
      assertThat(get(web)).isEqualTo("anywhere");
    }
  }

  /** Does say it. */
  @PreviewEnvironment(compose = "environment.yaml", driver = "annotation://here")
  static class Somewhere {
    @Test
    void neverRuns() {}
  }
}
