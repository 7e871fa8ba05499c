package dev.previews.release;

import dev.previews.machines.TestImages;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.stream.Stream;

/** The Docker engine at hand. */
final class SampleEngine implements SamplePlace {
  private static final List<List<String>> LISTINGS =
      List.of(
          List.of("ps", "--all", "--format", "container {{.Names}}"),
          List.of("network", "ls", "--format", "network {{.Name}}"),
          List.of("volume", "ls", "--format", "volume {{.Name}}"));

  SampleEngine() {
    TestImages.requireEngine();
  }

  @Override
  public String driver() {
    return "docker://?image=" + URLEncoder.encode(TestImages.busybox(), StandardCharsets.UTF_8);
  }

  @Override
  public List<String> leftovers(String environmentId) throws Exception {
    StringBuilder found = new StringBuilder();
    for (List<String> listing : LISTINGS) {
      String[] argv =
          Stream.of(
                  List.of("docker"),
                  listing,
                  List.of("--filter=label=dev.previews.environment=" + environmentId))
              .flatMap(List::stream)
              .toArray(String[]::new);
      found.append(Command.of(Command.root(), argv).output());
    }
    return found.toString().lines().toList();
  }

  @Override
  public boolean endsByItself() {
    return false;
  }

  @Override
  public void close() {}
}
