package dev.previews.ssh.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What we read in a configuration is what OpenSSH's own client reads in it ({@code ssh -G}). */
class SameAsOpenSshIT {
  private static final Path HOME = Path.of(System.getProperty("user.home"));

  @TempDir Path folder;

  /** Options by line, with a semicolon between; DIR is a folder of the test's own. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "box      | Host box;HostName 10.0.0.1;Host *;HostName other;User ops;Port 2222",
        "u@box:33 | Host box;HostName 10.0.0.1;User ops;Port 2222",
        "b@box    | Match user a;Port 1;Match user b;Port 2;Match all;User a",
        "b@box    | User a;Match user a;Port 1;Match user b;Port 2",
        "box      | User a;Match user a;Port 1;Match user b;Port 2",
        "box      | Match !user nobody;Port 4;Match all;Port 5",
        "box      | Match originalhost b*,!bo? ;Port 4;Match host box;Port 6",
        "box      | Match host 10.0.0.1;Port 4;Host box;HostName 10.0.0.1;Match host 10.*;Port 5",
        "box      | Match final host 10.0.0.1;Port 7;Host box;HostName 10.0.0.1",
        "box      | Match all;HostName %h.example.org;Match host box.example.org;Port 8",
        "box      | Host !box *;Port 3;Host ?ox !bax;Port 4;IdentityFile ~/a;IdentityFile %d/b-%h",
        "box      | Include DIR/*/rules;Port 9",
        "box      | Include DIR/one/rules DIR/two/rules;User root",
        "box      | Host other;Include DIR/one/rules;Host box;User x",
        "box      | Host box;ProxyJump gate,u@second:33",
        "box      | UserKnownHostsFile ~/k1 /k2;StrictHostKeyChecking=accept-new",
        "box      | Port = 17;User=\"ops\";IdentityFile \"~/my keys/k\"; # a comment",
      })
  void itIsTheSame(String typed, String options) throws Exception {
    for (String each : List.of("one", "two")) {
      Path rules = Files.createDirectories(folder.resolve(each)).resolve("rules");
      Files.writeString(rules, "Host box\n  Port 1" + each.length() + "\n  User " + each + "\n");
    }
    Path file =
        Files.writeString(
            folder.resolve("config"),
            options.replace(';', '\n').replace("DIR", folder.toString()) + "\n");
    HostName name = HostName.parse(typed);
    HostSettings ours =
        HostSettings.resolve(
            name, SshOptions.usual(HOME).with(draft -> draft.configFiles = List.of(file)));
    Map<String, List<String>> theirs = openSsh(file, name);
    assertThat(ours.host()).isEqualTo(theirs.get("hostname").get(0));
    assertThat(ours.user()).isEqualTo(theirs.get("user").get(0));
    assertThat(ours.port()).hasToString(theirs.get("port").get(0));
    assertThat(ours.knownHosts().stream().map(Path::toString).limit(2).toList())
        .isEqualTo(words(theirs.get("userknownhostsfile").get(0)));
    assertThat(ours.acceptNew())
        .isEqualTo(theirs.get("stricthostkeychecking").get(0).equals("accept-new"));
    if (options.contains("IdentityFile")) {
      assertThat(ours.identities())
          .isEqualTo(
              theirs.get("identityfile").stream()
                  .map(it -> it.replace("~", HOME.toString()).replace("%d", HOME.toString()))
                  .map(it -> Path.of(it.replace("%h", ours.host())))
                  .toList());
    }
    String jumps = ours.jumps().stream().map(HostSettings::name).collect(Collectors.joining(","));
    assertThat(jumps).isEqualTo(theirs.getOrDefault("proxyjump", List.of("")).get(0));
  }

  private static List<String> words(String files) {
    return java.util.Arrays.stream(files.split(" "))
        .map(it -> it.replace("~", HOME.toString()))
        .toList();
  }

  private static Map<String, List<String>> openSsh(Path config, HostName name) throws Exception {
    List<String> argv = new java.util.ArrayList<>(List.of("ssh", "-G", "-F", config.toString()));
    name.port().ifPresent(port -> argv.addAll(List.of("-p", Integer.toString(port))));
    argv.add((name.user() == null ? "" : name.user() + "@") + name.host());
    Process ssh = new ProcessBuilder(argv).redirectErrorStream(true).start();
    String output = new String(ssh.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(ssh.waitFor()).as(output).isZero();
    return output
        .lines()
        .filter(line -> line.indexOf(' ') > 0)
        .collect(
            Collectors.groupingBy(
                line -> line.substring(0, line.indexOf(' ')),
                Collectors.mapping(
                    line -> line.substring(line.indexOf(' ') + 1), Collectors.toList())));
  }
}
