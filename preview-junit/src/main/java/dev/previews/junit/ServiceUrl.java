package dev.previews.junit;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * On a parameter of type {@link java.net.URI}, {@link java.net.URL} or {@link String}: the URL of a
 * service of the test's environment.
 */
@Documented
@Target(ElementType.PARAMETER)
@Retention(RetentionPolicy.RUNTIME)
public @interface ServiceUrl {
  /** The service's name in the Compose file. */
  String value();

  /** The port that its container listens on. Default: the only one that the service publishes. */
  int port() default 0;
}
