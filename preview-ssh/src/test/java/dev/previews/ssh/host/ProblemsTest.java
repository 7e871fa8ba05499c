package dev.previews.ssh.host;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.previews.error.RemoteCommandException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ProblemsTest {
  private static final String GOOD =
      """
      user=deploy
      uid=1000
      packages=apt-get
      has=docker
      has=dockerd
      socket=/run/user/1000/docker.sock
      directory=/home/deploy/.previews
      disk=9000000
      dockerdisk=8000000
      memory=4000000
      """;

  @Test
  void aGoodHostHasNone() {
    Survey survey = survey(GOOD);
    Problems problems = problems(survey);
    assertThatCode(problems::reportAll).doesNotThrowAnyException();
    assertThat(survey.engineSocket()).isEqualTo("/run/user/1000/docker.sock");
    assertThat(survey.needsSudo()).isFalse();
    assertThat(survey.memory()).isEqualTo(4000000L * 1024);
  }

  @Test
  void allAreSaidAtOnce() {
    Survey survey =
        survey(
            """
            user=deploy
            uid=1000
            packages=dnf
            directory=/srv/previews
            readonly=/srv
            disk=1000
            dockerdisk=2000
            """);
    assertThatThrownBy(() -> problems(survey).report())
        .isInstanceOf(RemoteCommandException.class)
        .hasMessageContaining("Docker is not installed: run `sudo dnf install -y moby-engine`")
        .hasMessageContaining("installDocker()")
        .hasMessageContaining("may not write to /srv")
        .hasMessageContaining("/srv/previews is full: 0 MB")
        .hasMessageContaining("/var/lib/docker) is full: 1 MB");
  }

  @Test
  void aFullDiskKeepsNobodyFromRemoving() {
    Survey survey = survey(GOOD.replace("disk=9000000", "disk=0"));
    assertThatCode(() -> problems(survey).report()).doesNotThrowAnyException();
    assertThatThrownBy(() -> problems(survey).reportAll()).hasMessageContaining("is full");
  }

  @Test
  void sudoOpensASocketThatIsClosed() {
    Survey survey = survey(GOOD.replaceFirst("socket=.*", "closed=/var/run/docker.sock\nsudo=yes"));
    assertThat(survey.needsSudo()).isTrue();
    assertThat(survey.engineSocket()).isEqualTo("/var/run/docker.sock");
    assertThatCode(() -> problems(survey).reportAll()).doesNotThrowAnyException();
  }

  @ParameterizedTest
  @CsvSource({
    "apt-get, apt-get install -y docker.io",
    "dnf, dnf install -y moby-engine",
    "apk, apk add docker"
  })
  void theCommandIsTheDistributionsOwn(String packages, String command) {
    Survey survey = survey("uid=0\ndisk=900000\ndockerdisk=900000\npackages=" + packages);
    assertThatThrownBy(() -> problems(survey).report()).hasMessageContaining("`" + command + "`");
  }

  @Test
  void whatWasAskedForInVainIsNotAdvised() {
    String bare = "user=deploy\nuid=1000\npackages=apt-get\ndisk=900000\ndockerdisk=900000\n";
    HostOptions install = HostOptions.usual().install(true);
    assertThatThrownBy(() -> problems(Survey.parse(bare, install), install).report())
        .hasMessageContaining("run `sudo apt-get install -y docker.io`")
        .hasMessageContaining("installDocker() needs root, or `sudo -n` for deploy")
        .hasMessageNotContaining("or use installDocker()");
    HostOptions socket = HostOptions.usual().socket("/run/other.sock");
    assertThatThrownBy(() -> problems(Survey.parse(bare, socket), socket).report())
        .hasMessageContaining("no socket at /run/other.sock")
        .hasMessageNotContaining("not installed");
  }

  @Test
  void whereRootIsWantedSudoIsUsedThoughTheSocketIsOpen() {
    HostOptions root = HostOptions.usual().root();
    Survey survey = Survey.parse(GOOD + "sudo=yes\nreadonly=/var/lib\n", root);
    assertThat(survey.needsSudo()).isTrue();
    assertThat(survey.engineSocket()).isEqualTo("/run/user/1000/docker.sock");
    assertThat(survey.opensSocket()).isTrue();
    assertThatCode(() -> problems(survey, root).reportAll()).doesNotThrowAnyException();
    assertThatThrownBy(() -> problems(Survey.parse(GOOD, root), root).report())
        .hasMessageContaining("deploy is neither root nor may use `sudo -n`");
  }

  @ParameterizedTest
  @CsvSource({
    "19.03.15, true",
    "20.03.0, true",
    "20, true",
    "20.10.0, false",
    "20.10.24+dfsg1, false",
    "23.0.1, false",
    "27.x, false",
    "29.1.0-rc.1, false",
    "dev, false",
    "null, false",
  })
  void anEngineThatIsTooOldIsNamed(String version, boolean tooOld) {
    Problems problems = problems(survey(GOOD));
    problems.checkVersion(survey(GOOD), version);
    if (tooOld) {
      assertThatThrownBy(problems::report)
          .hasMessageContaining("its Docker " + version + " is too old: 20.10 or newer is needed");
    } else {
      assertThatCode(problems::report).doesNotThrowAnyException();
    }
  }

  @Test
  void anEngineThatCannotBeAskedMayBeTooOldAsWell() {
    Survey closed =
        survey(GOOD.replaceFirst("socket=.*", "closed=/var/run/docker.sock\nversion=19.03.15"));
    assertThatThrownBy(() -> problems(closed).report())
        .hasMessageContaining("deploy may not use the Docker engine at /var/run/docker.sock")
        .hasMessageContaining("its Docker 19.03.15 is too old");
  }

  @ParameterizedTest
  @CsvSource({
    "apt-get, apt-get install -y docker.io",
    "dnf, dnf upgrade -y moby-engine",
    "apk, apk add --upgrade docker"
  })
  void anEngineThatIsTooOldIsUpgradedByTheDistributionsOwnCommand(String packages, String command) {
    for (int user : new int[] {0, 1000}) {
      Survey survey =
          survey(
              GOOD.replace("uid=1000", "uid=" + user)
                  .replace("packages=apt-get", "packages=" + packages));
      Problems problems = problems(survey);
      problems.checkVersion(survey, "19.03.15");
      assertThatThrownBy(problems::report)
          .hasMessageContaining("run `" + (user == 0 ? "" : "sudo ") + command + "` there");
    }
  }

  @ParameterizedTest
  @CsvSource({
    "apt-get, systemctl enable --now docker",
    "dnf, systemctl enable --now docker",
    "apk, rc-service docker start"
  })
  void anEngineThatDoesNotRunIsStartedByTheDistributionsOwnCommand(
      String packages, String command) {
    Survey survey =
        survey(
            GOOD.replace("socket=/run/user/1000/docker.sock\n", "")
                .replace("packages=apt-get", "packages=" + packages));
    assertThatThrownBy(() -> problems(survey).report())
        .hasMessageContaining(
            "Docker is installed and does not run: run `sudo " + command + "` there");
  }

  @Test
  void whereNothingForwardsTheDockerCliIsMissed() {
    Survey without = survey(GOOD.replace("has=docker\n", ""));
    Problems problems = problems(without);
    problems.doesNotAnswer(without, "refused");
    assertThatThrownBy(problems::report)
        .hasMessageContaining("does not answer: refused")
        .hasMessageContaining("Docker CLI is needed");
  }

  /** Memory, disk, the engine's disk; all in GB. */
  @ParameterizedTest
  @CsvSource({
    "4, 100, 100, 0, 4", // memory is what is short
    "4, 100, 100, 3, 1", // and is shared by all
    "4, 20, 100, 0, 2", // a tenth of the disk
    "4, 100, 10, 0, 1", // of the smaller one
    "4, 100, 0, 0, 0"
  })
  void roomIsWhatOneMoreWouldGet(
      long memory, long disk, long engineDisk, int environments, long room) {
    Survey survey =
        survey(
            "memory=%d\ndisk=%d\ndockerdisk=%d\n"
                .formatted(memory << 20, disk << 20, engineDisk << 20));
    assertThat(survey.room(environments)).isEqualTo(room << 30);
  }

  private static Survey survey(String facts) {
    return Survey.parse(facts, HostOptions.usual());
  }

  private static Problems problems(Survey survey) {
    return problems(survey, HostOptions.usual());
  }

  private static Problems problems(Survey survey, HostOptions options) {
    Problems problems = new Problems("box", options);
    problems.check(survey);
    return problems;
  }
}
