package dev.previews.compose.model;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.previews.error.InvalidInputException;
import dev.previews.machines.BoundByModes;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Map;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What this user may not read is refused before anything is copied. */
class UnreadableSourcesTest {
  @TempDir Path project;

  @Test
  void aBindMountsSourceIsNamed() throws Exception {
    Path file = Files.writeString(project.resolve("file"), "content");
    Path directory = Files.createDirectory(project.resolve("directory"));
    for (Path source : new Path[] {file, directory}) {
      assertThat(rewritten("bind", source)).isEqualTo("accepted\n");
      forbid(source);
      assertThat(rewritten("bind", source))
          .isEqualTo(
              "service 'a' mounts "
                  + source
                  + ", which this user may not read: change its permissions\n");
    }
  }

  @Test
  void aSecretsFileIsNamed() throws Exception {
    Path token = Files.writeString(project.resolve("token"), "s3cret");
    forbid(token);
    assertThat(rewritten("secret", token))
        .isEqualTo(
            "secrets.token, which service 'a' uses, is the file "
                + token
                + ", which this user may not read: change its permissions\n");
  }

  private static void forbid(Path path) throws Exception {
    Files.setPosixFilePermissions(path, PosixFilePermissions.fromString("---------"));
  }

  private String rewritten(String kind, Path source) throws Exception {
    return BoundByModes.output(Rewrite.class, kind, project.toString(), source.toString());
  }

  /** Rewrites a model whose only service uses a file. */
  static final class Rewrite {
    private Rewrite() {}

    public static void main(String[] arguments) throws JsonProcessingException {
      ObjectNode tree = new ObjectMapper().createObjectNode();
      ObjectNode service = tree.withObject("/services/a");
      MachinePaths paths = new MachinePaths(Path.of(arguments[1]), "/m/files");
      if (arguments[0].equals("bind")) {
        service
            .withArray("/volumes")
            .addObject()
            .put("type", "bind")
            .put("source", arguments[2])
            .put("target", "/t");
      } else {
        service.withArray("/secrets").addObject().put("source", "token");
        tree.withObject("/secrets/token").put("file", arguments[2]);
      }
      ComposeModel model = new ComposeModel(ModelJson.read(tree.toString()));
      try {
        new BindMounts(paths, notice -> {}).rewrite(model);
        new FileObjects(paths, Map.of(), UnaryOperator.identity()).rewrite(model);
        System.out.println("accepted");
      } catch (InvalidInputException e) {
        System.out.println(e.getMessage());
      }
    }
  }
}
