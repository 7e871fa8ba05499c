package dev.previews.compose.cli;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * One call of a tool: its arguments, its input, what is added to its environment, and who hears its
 * lines. Immutable. Arguments are seen by every user of this machine, so that secrets go through
 * {@link #stdin} or {@link #variables}.
 */
public final class Invocation {
  private final List<String> options;
  private final String verb;
  private final List<String> arguments;
  private final @Nullable String stdin;
  private final Map<String, String> variables;
  private final @Nullable Consumer<String> lines;

  private Invocation(
      List<String> options,
      String verb,
      List<String> arguments,
      @Nullable String stdin,
      Map<String, String> variables,
      @Nullable Consumer<String> lines) {
    this.options = options;
    this.verb = verb;
    this.arguments = arguments;
    this.stdin = stdin;
    this.variables = variables;
    this.lines = lines;
  }

  /** A call that does this, without input: {@code up}, say. */
  public static Invocation of(String verb) {
    return new Invocation(List.of(), verb, List.of(), null, Map.of(), null);
  }

  /** The same with options that stand before the verb. */
  public Invocation options(String... more) {
    return new Invocation(
        joined(options, Arrays.asList(more)), verb, arguments, stdin, variables, lines);
  }

  /** The same with arguments that stand after the verb. */
  public Invocation arguments(String... more) {
    return arguments(Arrays.asList(more));
  }

  /** The same with arguments that stand after the verb. */
  public Invocation arguments(List<String> more) {
    return new Invocation(options, verb, joined(arguments, more), stdin, variables, lines);
  }

  /** The same with this input. */
  public Invocation stdin(String input) {
    return new Invocation(options, verb, arguments, input, variables, lines);
  }

  /** The same with these variables, which win over those of this process. */
  public Invocation variables(Map<String, String> more) {
    Map<String, String> all = new LinkedHashMap<>(variables);
    all.putAll(more);
    return new Invocation(options, verb, arguments, stdin, Collections.unmodifiableMap(all), lines);
  }

  /**
   * The same with every line that it prints, to either stream, told to {@code listener}, one at a
   * time.
   */
  public Invocation lines(Consumer<String> listener) {
    return new Invocation(options, verb, arguments, stdin, variables, listener);
  }

  private static List<String> joined(List<String> first, List<String> second) {
    List<String> all = new ArrayList<>(first);
    all.addAll(second);
    return List.copyOf(all);
  }

  /** The program and what stands after it. */
  List<String> argv(List<String> program) {
    return joined(joined(program, options), joined(List.of(verb), arguments));
  }

  String verb() {
    return verb;
  }

  @Nullable String input() {
    return stdin;
  }

  Map<String, String> variables() {
    return variables;
  }

  @Nullable Consumer<String> listener() {
    return lines;
  }
}
