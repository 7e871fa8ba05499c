package dev.previews.kube.template;

import com.github.jknack.handlebars.Context;
import com.github.jknack.handlebars.EscapingStrategy;
import com.github.jknack.handlebars.Handlebars;
import com.github.jknack.handlebars.HandlebarsException;
import com.github.jknack.handlebars.Helper;
import com.github.jknack.handlebars.context.MapValueResolver;
import com.github.jknack.handlebars.helper.EachHelper;
import com.github.jknack.handlebars.io.AbstractTemplateLoader;
import com.github.jknack.handlebars.io.TemplateSource;
import dev.previews.environment.Template;
import dev.previews.error.InvalidInputException;
import dev.previews.error.PreviewInterruptedException;
import java.io.IOException;
import java.io.Writer;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.regex.Pattern;
import java.util.stream.IntStream;

/**
 * Renders a template with Handlebars: values and blocks only. It reaches no file, no class and no
 * method, writes at most 1 MiB and runs for at most 5 seconds.
 */
public final class TemplateText {
  private static final int MOST = 1 << 20;
  private static final long SECONDS = 5;
  private static final List<String> REFUSED =
      List.of(
          "block",
          "embedded",
          "i18n",
          "i18nJs",
          "include",
          "log",
          "method",
          "partial",
          "precompile");

  private final Template template;
  private final Map<String, Object> values;
  private final Set<String> unknown = new TreeSet<>();
  private volatile boolean stopped;

  private TemplateText(Template template, Map<String, Object> values) {
    this.template = template;
    this.values = values;
  }

  /**
   * The text with all values in it.
   *
   * @param values texts, and maps of texts
   * @throws InvalidInputException naming every variable that has no value, with its line
   */
  public static String render(Template template, Map<String, Object> values) {
    return new TemplateText(template, values).run();
  }

  private String run() {
    FutureTask<String> task = new FutureTask<>(this::rendered);
    Thread thread = new Thread(null, task, "preview-kube-template", 4L << 20);
    thread.setDaemon(true);
    thread.start();
    try {
      String text = task.get(SECONDS, TimeUnit.SECONDS);
      requireKnown();
      return text;
    } catch (TimeoutException e) {
      throw wrong("it is not rendered after " + SECONDS + " s", e);
    } catch (ExecutionException e) {
      throw explain(e.getCause() == null ? e : e.getCause());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new PreviewInterruptedException("interrupted while rendering " + template, e);
    } finally {
      stopped = true;
    }
  }

  private String rendered() throws IOException {
    Bounded text = new Bounded();
    handlebars()
        .compileInline(template.text())
        .apply(Context.newBuilder(values).resolver(MapValueResolver.INSTANCE).build(), text);
    return text.toString();
  }

  private Handlebars handlebars() {
    Handlebars handlebars = new Handlebars(new NoFiles()).with(EscapingStrategy.NOOP);
    Helper<Object> refuse =
        (context, options) -> {
          throw new IllegalArgumentException("'" + options.helperName + "' is not offered here");
        };
    REFUSED.forEach(it -> handlebars.registerHelper(it, refuse));
    handlebars.registerHelper(
        "each",
        (Helper<Object>)
            (context, options) -> {
              requireTime();
              return EachHelper.INSTANCE.apply(context, options);
            });
    handlebars.registerHelperMissing(
        (context, options) -> {
          unknown.add(options.helperName);
          return "";
        });
    return handlebars;
  }

  private void requireTime() {
    if (stopped) {
      throw new IllegalStateException("stopped");
    }
  }

  private void requireKnown() {
    if (unknown.isEmpty()) {
      return;
    }
    List<String> lines = template.text().lines().toList();
    List<String> places =
        unknown.stream()
            .flatMap(
                name -> {
                  Pattern use = Pattern.compile("\\{\\{[^}]*" + Pattern.quote(name));
                  return IntStream.range(0, lines.size())
                      .filter(i -> use.matcher(lines.get(i)).find())
                      .mapToObj(i -> "line " + (i + 1) + ": '" + name + "' has no value");
                })
            .toList();
    throw new InvalidInputException(
        "the template "
            + template
            + " uses unknown variables; known are "
            + new TreeSet<>(values.keySet())
            + ", give others with templateValue(name, value)",
        String.join("\n", places),
        null);
  }

  private InvalidInputException explain(Throwable cause) {
    if (cause instanceof HandlebarsException e && e.getError() != null) {
      return wrong("line " + e.getError().line + ": " + e.getError().reason, cause);
    }
    if (cause instanceof StackOverflowError) {
      return wrong("it is nested too deeply", cause);
    }
    Throwable root = cause.getCause() == null ? cause : cause.getCause();
    return wrong(String.valueOf(root.getMessage()), cause);
  }

  private InvalidInputException wrong(String why, Throwable cause) {
    return new InvalidInputException("the template " + template + " is wrong", why, cause);
  }

  /** Collects what is rendered, up to a limit. */
  private final class Bounded extends Writer {
    private final StringBuilder text = new StringBuilder();

    @Override
    public void write(char[] characters, int offset, int length) {
      requireTime();
      if (text.length() + length > MOST) {
        throw new IllegalArgumentException("it renders to more than " + MOST + " characters");
      }
      text.append(characters, offset, length);
    }

    @Override
    public void flush() {}

    @Override
    public void close() {}

    @Override
    public String toString() {
      return text.toString();
    }
  }

  /** A template stands alone: partials would be files. */
  private static final class NoFiles extends AbstractTemplateLoader {
    @Override
    public TemplateSource sourceAt(String location) throws IOException {
      throw new IOException("the partial '" + location + "' is another file, and none is read");
    }
  }
}
