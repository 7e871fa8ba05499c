package dev.previews.spi;

import dev.previews.environment.EnvironmentId;
import dev.previews.environment.Template;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** What an environment needs from its driver. Immutable. */
public final class MachineSpec {
  private final EnvironmentId id;
  private final String owner;
  private final @Nullable Template template;
  private final Map<String, String> templateValues;
  private final @Nullable Duration ttl;

  private MachineSpec(
      EnvironmentId id,
      String owner,
      @Nullable Template template,
      Map<String, String> values,
      @Nullable Duration ttl) {
    this.id = id;
    this.owner = owner;
    this.template = template;
    this.templateValues = Map.copyOf(values);
    this.ttl = ttl;
  }

  /** A machine for this environment, which belongs to this owner. */
  public static MachineSpec of(EnvironmentId id, String owner) {
    return new MachineSpec(id, owner, null, Map.of(), null);
  }

  /** The same from this template. */
  public MachineSpec template(Template source) {
    return new MachineSpec(id, owner, source, templateValues, ttl);
  }

  /** The same with one more variable for the template. */
  public MachineSpec templateValue(String name, String value) {
    Map<String, String> more = new LinkedHashMap<>(templateValues);
    more.put(name, value);
    return new MachineSpec(id, owner, template, more, ttl);
  }

  /** The same, to be kept for so long after its last use, in whole seconds. */
  public MachineSpec ttl(Duration time) {
    return new MachineSpec(id, owner, template, templateValues, time);
  }

  /** The environment. */
  public EnvironmentId id() {
    return id;
  }

  /** Who owns it: what the created objects say, and what existing ones must say. */
  public String owner() {
    return owner;
  }

  /**
   * The user's template; empty for the driver's own. A driver that has no templates refuses one.
   */
  public Optional<Template> template() {
    return Optional.ofNullable(template);
  }

  /** The user's own variables for the template. A driver that has no templates refuses them. */
  public Map<String, String> templateValues() {
    return templateValues;
  }

  /**
   * How long the environment is kept after its last use; empty when until somebody removes it. What
   * is created carries {@link Labels#TTL}.
   */
  public Optional<Duration> ttl() {
    return Optional.ofNullable(ttl);
  }

  @Override
  public String toString() {
    return "machine of " + id + " for " + owner;
  }
}
