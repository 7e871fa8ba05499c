package dev.previews.spi;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.BufferedReader;
import java.io.ByteArrayOutputStream;
import java.io.InputStreamReader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Runs the commands in sessions of this machine, where it has {@code setsid}. */
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class RemoteProcessTest {
  private static Process session(List<String> argv) throws Exception {
    assumeTrue(Files.isExecutable(Path.of("/usr/bin/setsid")), "needs setsid");
    List<String> command = new ArrayList<>(List.of("setsid", "--wait"));
    command.addAll(argv);
    return new ProcessBuilder(command).start();
  }

  private static String firstErrorLine(Process process) throws Exception {
    return new BufferedReader(new InputStreamReader(process.getErrorStream(), UTF_8)).readLine();
  }

  @Test
  void announcesItselfAndPassesArgumentsOnAsTheyAre() throws Exception {
    List<String> odd = List.of("printf", "%s|", "a b", "$(id)", "'\"\\", "*", "", "näïve\n");
    Process process = session(RemoteProcess.announced(odd));
    assertThat(RemoteProcess.parse(firstErrorLine(process))).isPresent();
    ByteArrayOutputStream stdout = new ByteArrayOutputStream();
    List<RemoteProcess> known = new ArrayList<>();
    process.getInputStream().transferTo(new AnnouncedOutput(stdout, known::add));
    assertThat(known).hasSize(1);
    assertThat(stdout.toString(UTF_8)).isEqualTo("a b|$(id)|'\"\\|*||näïve\n|");
    assertThat(process.waitFor()).isZero();
  }

  @Test
  void killsChildrenThatIgnoreTheFirstSignal() throws Exception {
    Process process =
        session(
            RemoteProcess.announced(
                List.of(
                    "sh",
                    "-c",
                    "trap '' TERM; sleep 1234 & echo $!; while :; do sleep 0.1; done")));
    RemoteProcess remote = RemoteProcess.parse(firstErrorLine(process)).orElseThrow();
    BufferedReader stdout =
        new BufferedReader(new InputStreamReader(process.getInputStream(), UTF_8));
    stdout.readLine();
    String child = stdout.readLine();
    long start = System.nanoTime();
    Process kill = session(remote.kill());
    assertThat(kill.waitFor(10, TimeUnit.SECONDS)).isTrue();
    assertThat(process.waitFor(5, TimeUnit.SECONDS)).isTrue();
    assertThat(TimeUnit.NANOSECONDS.toSeconds(System.nanoTime() - start)).isBetween(1L, 14L);
    assertThat(isAlive(child)).isFalse();
  }

  private static boolean isAlive(String pid) throws Exception {
    Path stat = Path.of("/proc", pid, "stat");
    // Where nobody reaps orphans, a zombie stays.
    return Files.exists(stat) && !Files.readString(stat).contains(") Z ");
  }

  @Test
  void killingWhatHasEndedIsHarmless() throws Exception {
    Process process = session(RemoteProcess.announced(List.of("true")));
    RemoteProcess remote = RemoteProcess.parse(firstErrorLine(process)).orElseThrow();
    assertThat(process.waitFor()).isZero();
    assertThat(session(remote.kill()).waitFor()).isZero();
  }

  @Test
  void otherLinesAnnounceNothing() {
    assertThat(RemoteProcess.parse("sh: not found")).isEmpty();
    assertThat(RemoteProcess.parse("dev.previews.process 1 x")).isEmpty();
  }

  @Test
  void theAnnouncementMayComeByteByByte() throws Exception {
    ByteArrayOutputStream sink = new ByteArrayOutputStream();
    List<RemoteProcess> known = new ArrayList<>();
    AnnouncedOutput output = new AnnouncedOutput(sink, known::add);
    for (byte each : "dev.previews.process 12 7\nfirst\n".getBytes(UTF_8)) {
      output.write(each);
    }
    assertThat(known).containsExactly(new RemoteProcess(12, 7));
    assertThat(sink.toString(UTF_8)).isEqualTo("first\n");
  }

  @Test
  void whatIsNoAnnouncementIsNotPassedOn() {
    ByteArrayOutputStream sink = new ByteArrayOutputStream();
    for (String text : List.of("exec failed\nmore", "x".repeat(1000))) {
      AnnouncedOutput output = new AnnouncedOutput(sink, process -> {});
      assertThatThrownBy(() -> output.write(text.getBytes(UTF_8)))
          .isInstanceOf(AnnouncedOutput.UnannouncedException.class)
          .hasMessage(text);
    }
    assertThat(sink.size()).isZero();
  }
}
