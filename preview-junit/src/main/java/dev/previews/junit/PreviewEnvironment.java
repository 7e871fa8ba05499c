package dev.previews.junit;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Inherited;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * Brings an environment up before the tests of a class, and removes it after them.
 *
 * <pre>{@code
 * @PreviewEnvironment(compose = "compose.yaml")
 * class ShopTest {
 *   @Test
 *   void showsItsFrontPage(@ServiceUrl("web") URI web) { … }
 * }
 * }</pre>
 *
 * <p>Methods and constructors may have parameters of type {@link dev.previews.Preview}, and those
 * with {@link ServiceUrl}. When a test fails, what the services printed meanwhile is added to its
 * report. When the environment does not come up, the class fails, once.
 */
@Documented
@Inherited
@Target(ElementType.TYPE)
@Retention(RetentionPolicy.RUNTIME)
@ExtendWith(PreviewExtension.class)
public @interface PreviewEnvironment {
  /**
   * The Compose files; a later one overrides what an earlier one says. Paths start from the working
   * directory; what is not there is looked for on the class path.
   */
  String[] compose() default "compose.yaml";

  /**
   * Where it lives, by name: {@code "docker"}, {@code "kube://previews?context=staging"}. Default:
   * the system property {@code preview.driver}, else the environment variable {@code
   * PREVIEW_DRIVER}, else {@code preview.driver} in {@code junit-platform.properties}, else as
   * {@code Previews} decides: the Docker engine at hand.
   */
  String driver() default "";

  /**
   * The environment's id. One that is there already is used: changed where it differs, and left as
   * long as it was to stay; one that this run makes is removed at its end, unless {@link #reuse}
   * keeps it. All classes of a run that name the same id, on the same driver, use the same
   * environment, whatever {@link #share} says; they must ask for the same. Default: one of its own
   * for each run; with {@link #reuse}, one that every run of this request finds again.
   */
  String id() default "";

  /** Which tests use the same environment. */
  Share share() default Share.CLASS;

  /**
   * Whether the environment stays up after the tests, for the next run to use it: one that asks for
   * the same (files, services, profiles, variables, sharing), by the same user, on the same
   * machine, in the same working directory. For others to find it, give it an {@link #id}. Default:
   * {@code preview.reuse}, looked up as for {@link #driver}; otherwise it is removed.
   */
  boolean reuse() default false;

  /**
   * How long the environment is kept after its last use, such as {@code "90s"}, {@code "1h30m"} or
   * {@code "7d"}, when nobody removes it. Default: {@code preview.ttl}, looked up as for {@link
   * #driver}; else 24 hours with {@link #reuse}, and 2 hours without, for a run that is killed.
   */
  String ttl() default "";

  /** The services to run, with what they depend on. Default: all of the active profiles. */
  String[] services() default {};

  /** Profiles to activate. */
  String[] profiles() default {};

  /** Variables for the interpolation of the Compose files, each as {@code "NAME=value"}. */
  String[] variables() default {};
}
