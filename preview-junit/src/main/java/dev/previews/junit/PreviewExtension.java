package dev.previews.junit;

import dev.previews.Preview;
import dev.previews.Previews;
import java.net.MalformedURLException;
import java.net.URI;
import java.net.URL;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.ExtensionConfigurationException;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ExtensionContext.Namespace;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolutionException;
import org.junit.jupiter.api.extension.ParameterResolver;
import org.junit.platform.commons.support.AnnotationSupport;

/**
 * Brings an environment up for tests: by {@link PreviewEnvironment}, or in a static field where
 * more is to be said than an annotation can.
 *
 * <pre>{@code
 * @RegisterExtension
 * static PreviewExtension app =
 *     PreviewExtension.of(previews -> previews.ephemeral().up(Path.of("compose.yaml")));
 *
 * @Test
 * void showsItsFrontPage() {
 *   URI web = app.url("web");
 * }
 * }</pre>
 *
 * <p>One instance is for one class, unless it is {@linkplain #share shared}: then the same instance
 * stands in a field of each class. It is closed by JUnit after the last test that uses it.
 *
 * <p>A class may have several. Then its parameters are given by the annotation's environment, and
 * the others are asked by their fields.
 */
public final class PreviewExtension
    implements BeforeAllCallback,
        BeforeEachCallback,
        AfterEachCallback,
        AfterAllCallback,
        ParameterResolver {
  private static final Namespace NAMESPACE = Namespace.create(PreviewExtension.class);
  private static final String BEGAN = "began";

  private final @Nullable Function<Previews.Builder, Preview> up;
  private final Share share;
  private final Namespace own = Namespace.create(PreviewExtension.class, this);
  private volatile @Nullable SharedPreview current;

  /** For {@link PreviewEnvironment}: the test's class says what is to be brought up. */
  public PreviewExtension() {
    this(null, Share.CLASS);
  }

  private PreviewExtension(@Nullable Function<Previews.Builder, Preview> up, Share share) {
    this.up = up;
    this.share = share;
  }

  /**
   * An extension that brings up what a function says. The function is called once; what it returns
   * is closed after the tests, which removes it where it is {@linkplain
   * Previews.Builder#ephemeral() ephemeral}. The builder that it gets has the driver that {@code
   * preview.driver} names, see {@link PreviewEnvironment#driver}, and an id of its own for each
   * run, {@code junit-<class>-<6 random characters>}: no test meets the environment that somebody
   * works with. The function may give another with {@link Previews.Builder#id}, and needs to where
   * the environment is to be found again; the id of the Compose file's {@code x-preview} does not
   * count.
   */
  public static PreviewExtension of(Function<Previews.Builder, Preview> up) {
    return new PreviewExtension(up, Share.CLASS);
  }

  /** The same, for more tests than those of one class. */
  public PreviewExtension share(Share wider) {
    return new PreviewExtension(up, wider);
  }

  /**
   * The environment.
   *
   * @throws IllegalStateException before the tests of its class
   */
  public Preview preview() {
    SharedPreview known = current;
    if (known == null) {
      throw new IllegalStateException(
          "the environment is there from the first test on: is the field static, and annotated with"
              + " @RegisterExtension?");
    }
    return known.preview();
  }

  /** The same as {@code preview().url(service)}. */
  public URI url(String service) {
    return preview().url(service);
  }

  /** The same as {@code preview().url(service, containerPort)}. */
  public URI url(String service, int containerPort) {
    return preview().url(service, containerPort);
  }

  @Override
  public void beforeAll(ExtensionContext context) {
    Class<?> testClass = context.getRequiredTestClass();
    Optional<PreviewEnvironment> annotation =
        AnnotationSupport.findAnnotation(testClass, PreviewEnvironment.class);
    if (up == null && annotation.isEmpty()) {
      if (find(context).isPresent()) {
        return; // nested in a class that has one
      }
      throw new ExtensionConfigurationException(
          testClass.getName() + " has no @PreviewEnvironment that says what to bring up");
    }
    SharedPreview shared =
        up == null
            ? byAnnotation(annotation.orElseThrow(), testClass, context)
            : keep(
                share != Share.CLASS,
                share == Share.PACKAGE ? List.of(this, testClass.getPackageName()) : this,
                this,
                () -> up.apply(builder(context, testClass)),
                context);
    current = shared;
    EnvironmentsInUse.add(context.getStore(NAMESPACE), this, up == null, shared);
    shared.preview(); // a failure is the class's
    context.getStore(own).put(BEGAN, Instant.now());
  }

  private static SharedPreview byAnnotation(
      PreviewEnvironment annotation, Class<?> testClass, ExtensionContext context) {
    EnvironmentRequest request = EnvironmentRequest.of(annotation, testClass, context);
    SharedPreview shared =
        keep(
            annotation.share() != Share.CLASS || !request.id().isEmpty(),
            request.key(),
            request,
            () -> request.up(testClass),
            context);
    if (!shared.serves(request)) {
      throw new ExtensionConfigurationException(
          testClass.getName()
              + " and another class both ask for the environment '"
              + request.id()
              + "', but not for the same: give each an id of its own, or the same settings");
    }
    return shared;
  }

  private static SharedPreview keep(
      boolean forTheRun,
      Object key,
      Object request,
      Supplier<Preview> start,
      ExtensionContext context) {
    ExtensionContext owner = forTheRun ? context.getRoot() : context;
    return owner
        .getStore(NAMESPACE)
        .getOrComputeIfAbsent(
            key, unknown -> SharedPreview.of(request, start), SharedPreview.class);
  }

  private Previews.Builder builder(ExtensionContext context, Class<?> testClass) {
    String scope = EnvironmentRequest.scope(share, testClass);
    Previews.Builder builder = Previews.builder().id(EnvironmentRequest.idOfItsOwn(scope).value());
    new Configuration(context).get("preview.driver").ifPresent(builder::driver);
    return builder;
  }

  private Optional<SharedPreview> find(ExtensionContext context) {
    return EnvironmentsInUse.in(context.getStore(NAMESPACE)).of(this);
  }

  @Override
  public void beforeEach(ExtensionContext context) {
    context.getStore(own).put(BEGAN, Instant.now());
  }

  @Override
  public void afterEach(ExtensionContext context) {
    reportFailure(context);
  }

  @Override
  public void afterAll(ExtensionContext context) {
    reportFailure(context); // of what belongs to no test: @BeforeAll, @AfterAll
  }

  private void reportFailure(ExtensionContext context) {
    Instant began = context.getStore(own).get(BEGAN, Instant.class);
    if (began != null && FailureLogs.areWanted(context)) {
      find(context)
          .filter(SharedPreview::isUp)
          .ifPresent(it -> new FailureLogs(it.preview(), began).report(context));
    }
  }

  @Override
  public boolean supportsParameter(ParameterContext parameter, ExtensionContext context) {
    return (parameter.getParameter().getType() == Preview.class
            || parameter.isAnnotated(ServiceUrl.class))
        && EnvironmentsInUse.in(context.getStore(NAMESPACE)).answersFor(this);
  }

  @Override
  public Object resolveParameter(ParameterContext parameter, ExtensionContext context) {
    Preview preview =
        EnvironmentsInUse.in(context.getStore(NAMESPACE)).forParameter(parameter).preview();
    Class<?> type = parameter.getParameter().getType();
    return type == Preview.class ? preview : url(parameter, type, preview);
  }

  private static Object url(ParameterContext parameter, Class<?> type, Preview preview) {
    ServiceUrl wanted = parameter.findAnnotation(ServiceUrl.class).orElseThrow();
    URI url =
        wanted.port() == 0
            ? preview.url(wanted.value())
            : preview.url(wanted.value(), wanted.port());
    if (type == URI.class) {
      return url;
    }
    if (type == String.class) {
      return url.toString();
    }
    if (type == URL.class) {
      try {
        return url.toURL();
      } catch (MalformedURLException e) {
        throw new ParameterResolutionException(url + " is no URL for Java: take a URI", e);
      }
    }
    throw new ParameterResolutionException(
        "@ServiceUrl gives a URI, a URL or a String, not " + type.getName());
  }
}
