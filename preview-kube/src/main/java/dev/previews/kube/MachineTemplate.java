package dev.previews.kube;

import dev.previews.environment.Template;
import dev.previews.error.InvalidInputException;
import dev.previews.kube.cluster.KubeObject;
import dev.previews.kube.template.Manifests;
import dev.previews.kube.template.PodTemplates;
import dev.previews.kube.template.TemplateText;
import dev.previews.spi.Labels;
import dev.previews.spi.MachineSpec;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.regex.Pattern;

/**
 * Makes the objects that an environment asks for.
 *
 * @param values what templates may use beside the id and the namespace
 * @param images the images to take for others
 */
record MachineTemplate(Map<String, Object> values, Map<String, String> images) {
  private static final String DEFAULT = "machine.yaml";
  private static final Pattern ONE_LINE = Pattern.compile("[^\\p{Cntrl}]*");

  List<KubeObject> render(MachineSpec spec, String namespace, Consumer<String> notices) {
    Template template = spec.template().orElseGet(MachineTemplate::own);
    String text = TemplateText.render(template, variables(spec, namespace));
    List<KubeObject> objects = Manifests.parse(template.name(), text);
    for (KubeObject object : objects) {
      PodTemplates.mapImages(object, images);
      if (PodTemplates.mendRuntimeClass(object)) {
        notices.accept(
            "the template "
                + template
                + " says runtimeClassName beside the Pod template of "
                + object
                + ", where it has no effect; it was moved into it");
      }
    }
    return objects;
  }

  private Map<String, Object> variables(MachineSpec spec, String namespace) {
    Map<String, Object> variables = new LinkedHashMap<>(values);
    variables.put("id", spec.id().value());
    variables.put("namespace", namespace);
    variables.put("labels", new TreeMap<>(Map.of(Labels.ENVIRONMENT, spec.id().value())));
    variables.putAll(spec.templateValues());
    variables.forEach(MachineTemplate::requireOneLine);
    return variables;
  }

  /** A line break in a value could add keys to the YAML around it. */
  private static void requireOneLine(String name, Object value) {
    if (!ONE_LINE.matcher(value.toString()).matches()) {
      throw new InvalidInputException(
          "the template value '" + name + "' holds a line break or another control character");
    }
  }

  private static Template own() {
    try (InputStream in = MachineTemplate.class.getResourceAsStream(DEFAULT)) {
      byte[] text = Objects.requireNonNull(in, DEFAULT).readAllBytes();
      return new Template("of preview-kube", new String(text, StandardCharsets.UTF_8));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
