package dev.previews.kube.template;

import com.github.jknack.handlebars.Context;
import com.github.jknack.handlebars.EscapingStrategy;
import com.github.jknack.handlebars.Handlebars;
import com.github.jknack.handlebars.HandlebarsException;
import com.github.jknack.handlebars.TagType;
import com.github.jknack.handlebars.context.MapValueResolver;
import com.github.jknack.handlebars.io.AbstractTemplateLoader;
import com.github.jknack.handlebars.io.TemplateSource;
import dev.previews.environment.Template;
import dev.previews.error.InvalidInputException;
import dev.previews.error.PreviewInterruptedException;
import java.io.IOException;
import java.io.Writer;
import java.time.Duration;
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
 * method, writes at most 1 MiB and runs for at most 20 seconds.
 */
public final class TemplateText {
  private static final int MOST = 1 << 20;

  /** Nested loops count their text again: what is sound stays far below. */
  private static final int MOST_IN_LOOPS = 64 * MOST;

  private static final String TOO_MUCH = "it renders to more than " + MOST + " characters";

  /** A busy machine renders a sound one in a few. */
  private static final Duration TIME = Duration.ofSeconds(20);

  private static final Pattern BLOCK_NAMES = Pattern.compile("\\bas \\|([^|]*)\\|");

  /** The first name of a path, without where it is looked for. */
  private static final Pattern FIRST = Pattern.compile("^(?:\\.{1,2}/)*([^./\\[]+).*$");

  private final Template template;
  private final Map<String, Object> values;
  private final Duration most;
  private final Set<String> unknown = new TreeSet<>();
  private long inLoops;
  private volatile boolean stopped;

  private TemplateText(Template template, Map<String, Object> values, Duration most) {
    this.template = template;
    this.values = values;
    this.most = most;
  }

  /**
   * The text with all values in it.
   *
   * @param values texts, and maps of texts
   * @throws InvalidInputException naming every variable that has no value, with its line
   */
  public static String render(Template template, Map<String, Object> values) {
    return render(template, values, TIME);
  }

  static String render(Template template, Map<String, Object> values, Duration most) {
    return new TemplateText(template, values, most).run();
  }

  private String run() {
    FutureTask<String> task = new FutureTask<>(this::rendered);
    Thread thread = new Thread(null, task, "preview-kube-template " + template.name(), 4L << 20);
    thread.setDaemon(true);
    thread.start();
    try {
      String text = task.get(most.toMillis(), TimeUnit.MILLISECONDS);
      requireKnown();
      return text;
    } catch (TimeoutException e) {
      throw wrong("it is not rendered after " + most.toMillis() + " ms", e);
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
    Handlebars handlebars = handlebars();
    com.github.jknack.handlebars.Template compiled = handlebars.compileInline(template.text());
    unknown.addAll(unknownInBlocks(handlebars, compiled));
    compiled.apply(Context.newBuilder(values).resolver(MapValueResolver.INSTANCE).build(), text);
    return text.toString();
  }

  /** Blocks and helpers take a name without a value for false or for nothing. */
  private Set<String> unknownInBlocks(
      Handlebars handlebars, com.github.jknack.handlebars.Template compiled) {
    Set<String> used = new TreeSet<>(compiled.collectReferenceParameters());
    compiled.collect(TagType.SECTION).stream()
        .filter(it -> handlebars.helper(it) == null)
        .forEach(used::add);
    Set<String> known = new TreeSet<>(values.keySet());
    known.add("this");
    BLOCK_NAMES
        .matcher(template.text())
        .results()
        .forEach(it -> known.addAll(List.of(it.group(1).strip().split("\\s+"))));
    // Inside of "with" the keys of its value are names.
    boolean ownNames = compiled.collect(TagType.SECTION).contains("with");
    Set<String> unknownHere = new TreeSet<>();
    for (String name : used) {
      String first = FIRST.matcher(name).replaceFirst("$1");
      if (!ownNames && !first.startsWith("@") && !known.contains(first)) {
        unknownHere.add(name);
      }
    }
    return unknownHere;
  }

  private Handlebars handlebars() {
    Handlebars handlebars =
        new Handlebars(new NoFiles())
            .with(EscapingStrategy.NOOP)
            .with(new OfferedHelpers(this::requireTimeAndRoom));
    handlebars.registerHelperMissing(
        (context, options) -> {
          unknown.add(options.helperName);
          return "";
        });
    return handlebars;
  }

  private void requireTimeAndRoom(long characters) {
    if (stopped) {
      throw new IllegalStateException("stopped");
    }
    inLoops += characters;
    if (inLoops > MOST_IN_LOOPS) {
      throw new IllegalArgumentException(TOO_MUCH);
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
                  Pattern use =
                      Pattern.compile(
                          "\\{\\{[^}]*(?<![\\w.@-])" + Pattern.quote(name) + "(?![\\w-])");
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
      requireTimeAndRoom(0);
      if (text.length() + length > MOST) {
        throw new IllegalArgumentException(TOO_MUCH);
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
