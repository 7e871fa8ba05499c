package dev.previews.kube.template;

import com.github.jknack.handlebars.Decorator;
import com.github.jknack.handlebars.Helper;
import com.github.jknack.handlebars.helper.DefaultHelperRegistry;
import com.github.jknack.handlebars.helper.EachHelper;
import java.util.Collection;
import java.util.Map;
import java.util.Set;
import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;

/** The helpers of Handlebars without those that reach files, or may call themselves for ever. */
final class OfferedHelpers extends DefaultHelperRegistry {
  private static final Set<String> REFUSED =
      Set.of(
          "block",
          "embedded",
          "i18n",
          "i18nJs",
          "include",
          "log",
          "method",
          "partial",
          "precompile");

  private final Helper<Object> each;

  /**
   * The helpers.
   *
   * @param beforeLoop told before each loop how many characters it repeats, as the template has
   *     them: they are in memory until the outermost one ends. May throw, to end that
   */
  OfferedHelpers(LongConsumer beforeLoop) {
    each =
        (context, options) -> {
          beforeLoop.accept((long) rounds(context) * options.fn.text().length());
          return EachHelper.INSTANCE.apply(context, options);
        };
  }

  private static int rounds(@Nullable Object context) {
    return context instanceof Map<?, ?> map
        ? map.size()
        : context instanceof Collection<?> items ? items.size() : 1;
  }

  @Override
  @SuppressWarnings("unchecked") // as the registry itself does: a name says nothing of a type
  public <C> @Nullable Helper<C> helper(String name) {
    if (REFUSED.contains(name)) {
      return (context, options) -> {
        throw notOffered(name);
      };
    }
    return name.equals("each") ? (Helper<C>) each : super.helper(name);
  }

  /** Inline partials, the only decorator there is, may call one another for ever without a word. */
  @Override
  public Decorator decorator(String name) {
    return (template, options) -> {
      throw notOffered(name);
    };
  }

  private static IllegalArgumentException notOffered(String name) {
    return new IllegalArgumentException("'" + name + "' is not offered here");
  }
}
