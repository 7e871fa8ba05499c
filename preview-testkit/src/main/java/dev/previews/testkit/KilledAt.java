package dev.previews.testkit;

import dev.previews.progress.Step;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/** The steps at which a {@link KilledUpContract} kills. Default: every step. */
@Target(ElementType.TYPE)
@Retention(RetentionPolicy.RUNTIME)
public @interface KilledAt {
  /** The steps. */
  Step[] value();
}
