package dev.previews.compose.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import dev.previews.error.InvalidInputException;
import dev.previews.spi.Sidecar;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SidecarsTest {
  @TempDir Path folder;

  private Sidecars sidecars() {
    return new Sidecars(
        new MachinePaths(folder, "/m/files"),
        List.of(
            Sidecar.of("agent", "image", List.of("sh", "run"))
                .environment(Map.of("A", "1"))
                .folder("/agent", folder.resolve("made/up"))));
  }

  private static ComposeModel model(String json) throws IOException {
    return new ComposeModel(ModelJson.read(json.replace('\'', '"')));
  }

  private static JsonNode agent(ComposeModel model) {
    return model.tree().at("/services/agent");
  }

  @Test
  void aNetworkMoreOrLessChangesNothingOfTheService() throws Exception {
    ComposeModel one =
        model(
            "{'services': {'a': {'networks': {'front': null}}},"
                + " 'networks': {'front': {'name': 'p_front'}}}");
    ComposeModel two =
        model(
            "{'services': {'a': {'networks': {'front': null, 'back': null, 'default': null}}},"
                + " 'networks': {'front': {'name': 'p_front'}, 'back': {}, 'default': {}}}");
    sidecars().add(one);
    sidecars().add(two);
    assertThat(agent(one)).isEqualTo(agent(two));
    assertThat(agent(one).path("networks").fieldNames()).toIterable().containsExactly("0-agent");
    assertThat(one.networks()).containsKey("0-agent");
    assertThat(sidecars().joins(one)).isEqualTo(Map.of("agent", Set.of("p_front")));
    assertThat(sidecars().joins(two))
        .isEqualTo(Map.of("agent", Set.of("p_front", "back", "default")));
  }

  @Test
  void aDefaultNetworkThatLeadsNowhereIsNotItsOwn() throws Exception {
    ComposeModel model =
        model(
            "{'services': {'a': {'networks': {'default': null}}},"
                + " 'networks': {'default': {'name': 'p_default', 'internal': true}}}");
    sidecars().add(model);
    assertThat(agent(model).path("networks").fieldNames()).toIterable().containsExactly("0-agent");
    assertThat(sidecars().joins(model)).isEqualTo(Map.of("agent", Set.of("p_default")));
  }

  @Test
  void aServiceOfItsNameIsRefused() throws Exception {
    ComposeModel model = model("{'services': {'agent': {'image': 'x'}}}");
    assertThatThrownBy(() -> sidecars().add(model))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("'agent'");
  }
}
