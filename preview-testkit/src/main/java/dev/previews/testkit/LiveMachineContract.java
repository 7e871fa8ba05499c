package dev.previews.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.previews.environment.Environment;
import dev.previews.environment.EnvironmentId;
import dev.previews.environment.VolumePolicy;
import dev.previews.error.ConnectionException;
import dev.previews.error.DeadlineException;
import dev.previews.error.OwnershipException;
import dev.previews.error.PreviewException;
import dev.previews.error.RemoteCommandException;
import dev.previews.exec.Command;
import dev.previews.exec.ExecResult;
import dev.previews.exec.Execution;
import dev.previews.exec.StdinSource;
import dev.previews.spi.Connection;
import dev.previews.spi.Driver;
import dev.previews.spi.DuplexStream;
import dev.previews.spi.Endpoint;
import dev.previews.spi.Machine;
import dev.previews.spi.MachineSpec;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.security.DigestOutputStream;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * What a {@link Driver} and its {@link Connection}s promise of a machine that lives: all of {@link
 * DriverContract} but what kills the machine. Extend it for a machine that others use as well; a
 * driver has to pass {@link DriverContract} somewhere.
 *
 * <p>The machine's tools may be busybox's; it needs busybox's {@code nc}, or Perl.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@Timeout(value = 3, unit = TimeUnit.MINUTES, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
public abstract class LiveMachineContract {
  private static final String OWNER = "contract";
  private static final int MANY = 50;
  private static final String PING =
      "GET /_ping HTTP/1.1\r\nHost: docker\r\nConnection: close\r\n\r\n";

  /** Sends zeros without end to everyone who connects to a port of the machine. */
  private static final String FLOOD =
      """
      if command -v busybox >/dev/null; then
        exec busybox nc -ll -p "$0" -e cat /dev/zero
      fi
      exec perl -MIO::Socket::INET -e '
        my $s = IO::Socket::INET->new(LocalAddr => "127.0.0.1", LocalPort => $ARGV[0], Listen => 9)
          or die $!;
        while (my $c = $s->accept) { if (!fork) { 1 while print $c "\\0" x 65536; exit } }' "$0"
      """;

  /** Of this run alone: somebody else may test on the machine at the same time. */
  private final int seconds = ThreadLocalRandom.current().nextInt(100_000, 1_000_000);

  private final List<EnvironmentId> made = new ArrayList<>();
  Driver driver;
  private Machine machine;
  private Connection connection;

  /** Makes the contract's tests. */
  @SuppressWarnings("NullAway.Init") // JUnit calls connect() first
  protected LiveMachineContract() {}

  /** Where the contract is tested. */
  protected abstract Place place();

  @BeforeAll
  void connect() throws Exception {
    place().require();
    driver = Drivers.open(place().driver());
    machine = driver.ensure(spec(newId()), Drivers.context());
    connection = driver.connect(machine, Drivers.context());
  }

  @AfterAll
  void removeMachines() {
    if (driver != null) {
      made.forEach(id -> driver.delete(id, VolumePolicy.REMOVE, Drivers.context()));
      driver.close();
    }
  }

  // --- Commands

  @ParameterizedTest
  @ValueSource(longs = {0, 1, 100 << 20})
  void stdinArrivesWholeAndEnds(long bytes) throws Exception {
    ByteArrayOutputStream stdout = new ByteArrayOutputStream();
    int exitCode =
        await(Command.of("sha256sum").stdin(to -> RandomBytes.write(bytes, to)).stdout(stdout));
    assertThat(exitCode).isZero();
    assertThat(stdout.toString(StandardCharsets.UTF_8)).startsWith(RandomBytes.digest(bytes));
  }

  @ParameterizedTest
  @ValueSource(longs = {0, 1, 100 << 20})
  void whatGoesInComesOutAgain(long bytes) throws Exception {
    DigestOutputStream stdout = RandomBytes.sink();
    int exitCode =
        await(Command.of("cat").stdin(to -> RandomBytes.write(bytes, to)).stdout(stdout));
    assertThat(exitCode).isZero();
    assertThat(RandomBytes.digest(stdout)).isEqualTo(RandomBytes.digest(bytes));
  }

  @Test
  void stdoutAndStderrStayApart() {
    ExecResult result = run("sh", "-c", "echo out; echo err >&2; echo out2");
    assertThat(result.stdout()).isEqualTo("out\nout2\n");
    assertThat(result.stderr()).isEqualTo("err\n");
  }

  @ParameterizedTest
  @CsvSource({"exit 0, 0", "exit 1, 1", "exit 255, 255", "kill -9 $$, 137", "kill -15 $$, 143"})
  void exitCodesAreTheCommandsOwn(String script, int expected) {
    assertThat(run("sh", "-c", script).exitCode()).isEqualTo(expected);
  }

  @Test
  void withoutInputTheCommandReadsTheEndAtOnce() {
    assertThat(run("cat")).isEqualTo(new ExecResult(0, "", ""));
  }

  @Test
  void anUnknownProgramIsRefusedOrExits127() {
    try {
      assertThat(run("no-such-program").exitCode()).isIn(126, 127);
    } catch (RemoteCommandException e) {
      assertThat(e).hasMessageContaining("no-such-program");
    }
  }

  @Test
  void argumentsArriveAsTheyAre() {
    List<String> arguments =
        List.of(
            "",
            " ",
            "a b",
            "'",
            "\"",
            "$HOME `id` $(id)",
            "*",
            "\\",
            "-n",
            "new\nline",
            "ünï 日本 🚢",
            "x".repeat(100_000));
    List<String> argv =
        new ArrayList<>(List.of("sh", "-c", "for a; do printf '%s|' \"$a\"; done", "sh"));
    argv.addAll(arguments);
    ExecResult result = run(argv.toArray(String[]::new));
    assertThat(result.stdout()).isEqualTo(String.join("|", arguments) + "|");
  }

  @Test
  void environmentAndDirectoryAreTheCommands() throws Exception {
    ByteArrayOutputStream stdout = new ByteArrayOutputStream();
    await(
        Command.of("sh", "-c", "echo \"$GREETING\"; pwd")
            .environment("GREETING", "it's $5 = \"five\"")
            .directory(machine.directory())
            .stdout(stdout));
    assertThat(stdout.toString(StandardCharsets.UTF_8))
        .isEqualTo("it's $5 = \"five\"\n" + machine.directory() + "\n");
  }

  @Test
  void atItsTimeLimitACommandIsEnded() throws Exception {
    long start = System.nanoTime();
    try (Execution execution =
        connection.exec(Command.of("sleep", seconds + "4").timeout(Duration.ofSeconds(1)))) {
      assertThatThrownBy(execution::await)
          .isInstanceOf(DeadlineException.class)
          .hasMessageContaining("sleep");
    }
    assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(10));
    eventuallyGone("sleep " + seconds + "4");
  }

  @Test
  void aCancelledCommandIsGoneWithItsChildren() throws Exception {
    try (Execution execution =
        connection.exec(
            Command.of("sh", "-c", "sleep " + seconds + "5 & sleep " + seconds + "6"))) {
      assertThat(processes("sleep " + seconds + "[56]", 2)).isEqualTo(2);
      execution.cancel();
      assertThatThrownBy(execution::await).isInstanceOf(ConnectionException.class);
    }
    eventuallyGone("sleep " + seconds + "[56]");
  }

  @Test
  void aCancelledCopyEndsOnBothSides() throws Exception {
    CountDownLatch begun = new CountDownLatch(1);
    Execution execution =
        connection.exec(
            Command.of("sh", "-c", "cat >/dev/null; sleep " + seconds + "7")
                .stdin(
                    to -> {
                      byte[] block = new byte[1 << 16];
                      while (true) {
                        to.write(block);
                        begun.countDown();
                      }
                    }));
    assertThat(begun.await(60, TimeUnit.SECONDS)).isTrue();
    execution.cancel();
    assertThatThrownBy(execution::await).isInstanceOf(PreviewException.class);
    execution.close();
    execution.close();
    eventuallyGone("sleep " + seconds + "7");
  }

  /**
   * Errors, too: a library of another version than the one that was compiled with, for instance.
   */
  @Test
  void whatTheSourceOfTheInputThrowsIsTheCause() {
    for (Throwable thrown : List.of(new IOException("the disk broke"), new LinkageError("old"))) {
      StdinSource source =
          to -> {
            to.write(1);
            broken(thrown);
          };
      try (Execution execution = connection.exec(Command.of("cat").stdin(source))) {
        assertThatThrownBy(execution::await)
            .isInstanceOf(PreviewException.class)
            .hasMessageContaining("cannot be read")
            .hasRootCause(thrown);
      }
    }
  }

  @Test
  void whatTheSinkOfTheOutputThrowsIsTheCause() {
    for (Throwable thrown : List.of(new IOException("the disk is full"), new LinkageError("old"))) {
      OutputStream sink =
          new OutputStream() {
            @Override
            public void write(int value) throws IOException {
              broken(thrown);
            }
          };
      try (Execution execution = connection.exec(Command.of("echo", "lost").stdout(sink))) {
        assertThatThrownBy(execution::await)
            .isInstanceOf(PreviewException.class)
            .hasMessageContaining("cannot be taken")
            .hasRootCause(thrown);
      }
    }
  }

  private static void broken(Throwable thrown) throws IOException {
    if (thrown instanceof Error error) {
      throw error;
    }
    throw (IOException) thrown;
  }

  @Test
  void aCommandMayEndBeforeItsInput() throws Exception {
    assertThat(await(Command.of("true").stdin(to -> RandomBytes.write(10 << 20, to)))).isZero();
  }

  @Test
  void manyCommandsAtOnce() throws Exception {
    ExecutorService threads = Executors.newFixedThreadPool(MANY);
    try {
      List<Future<String>> results = new ArrayList<>();
      for (int i = 0; i < MANY; i++) {
        long bytes = 10_000L + i;
        results.add(
            threads.submit(
                () -> {
                  DigestOutputStream stdout = RandomBytes.sink();
                  await(Command.of("cat").stdin(to -> RandomBytes.write(bytes, to)).stdout(stdout));
                  return RandomBytes.digest(stdout);
                }));
      }
      for (int i = 0; i < MANY; i++) {
        assertThat(results.get(i).get(60, TimeUnit.SECONDS))
            .isEqualTo(RandomBytes.digest(10_000L + i));
      }
    } finally {
      threads.shutdownNow();
    }
  }

  @Test
  void aSinkThatBlocksHoldsUpNoOtherCommandAndNoMemory() throws Exception {
    CountDownLatch released = new CountDownLatch(1);
    AtomicLong taken = new AtomicLong();
    OutputStream blocking =
        new OutputStream() {
          @Override
          public void write(int value) throws IOException {
            write(new byte[] {(byte) value}, 0, 1);
          }

          @Override
          public void write(byte[] bytes, int offset, int length) throws IOException {
            taken.addAndGet(length);
            try {
              released.await();
            } catch (InterruptedException e) {
              throw new IOException(e);
            }
          }
        };
    long before = usedMemory();
    try (Execution blocked = connection.exec(Command.of("cat", "/dev/zero").stdout(blocking))) {
      Thread.sleep(1500);
      assertThat(run("echo", "free").stdout()).isEqualTo("free\n");
      memoryIsBoundedSince(before);
      assertThat(taken.get()).isLessThan(8 << 20);
      blocked.cancel();
      released.countDown();
    }
  }

  // --- Endpoints

  @Test
  void theEngineAnswers() throws Exception {
    try (DuplexStream stream = connection.dial(Endpoint.engine())) {
      assertThat(ping(stream)).startsWith("HTTP/1.1 200 OK").contains("Api-Version").endsWith("OK");
    }
  }

  @Test
  void aStreamThatWasShutDownForOutputStillReads() throws Exception {
    try (DuplexStream stream = connection.dial(Endpoint.engine())) {
      stream.output().write(PING.getBytes(StandardCharsets.US_ASCII));
      stream.output().flush();
      stream.shutdownOutput();
      stream.shutdownOutput();
      assertThat(new String(stream.input().readAllBytes(), StandardCharsets.UTF_8)).endsWith("OK");
    }
  }

  @Test
  void manyStreamsAtOnce() throws Exception {
    ExecutorService threads = Executors.newFixedThreadPool(MANY);
    Queue<DuplexStream> streams = new ConcurrentLinkedQueue<>();
    try {
      List<Future<Boolean>> dialled = new ArrayList<>();
      for (int i = 0; i < MANY; i++) {
        dialled.add(threads.submit(() -> streams.add(connection.dial(Endpoint.engine()))));
      }
      for (Future<Boolean> one : dialled) {
        assertThat(one.get(60, TimeUnit.SECONDS)).isTrue();
      }
      List<Future<String>> answers = new ArrayList<>();
      for (DuplexStream stream : streams) {
        answers.add(threads.submit(() -> ping(stream)));
      }
      for (Future<String> answer : answers) {
        assertThat(answer.get(60, TimeUnit.SECONDS)).endsWith("OK");
      }
    } finally {
      streams.forEach(DuplexStream::close);
      threads.shutdownNow();
    }
  }

  @Test
  void aStreamThatNobodyReadsHoldsUpNoOtherAndNoMemory() throws Exception {
    int port = somePort();
    try (Execution flood = connection.exec(flood(port));
        DuplexStream unread = dialFlood(connection, port)) {
      long before = usedMemory();
      Thread.sleep(1500);
      try (DuplexStream engine = connection.dial(Endpoint.engine());
          DuplexStream samePort = connection.dial(Endpoint.loopback(port))) {
        assertThat(ping(engine)).endsWith("OK");
        assertThat(samePort.input().readNBytes(1 << 20)).hasSize(1 << 20);
      }
      memoryIsBoundedSince(before);
      assertThat(unread.input().readNBytes(8 << 20)).isEqualTo(new byte[8 << 20]);
      flood.cancel();
    }
  }

  @Test
  void aPortWhereNobodyListensIsAnErrorAndNotAnEmptyAnswer() {
    assertThatThrownBy(
            () -> {
              try (DuplexStream stream = connection.dial(Endpoint.loopback(1))) {
                int first = stream.input().read();
                throw new AssertionError("read " + first);
              }
            })
        .isInstanceOfAny(ConnectionException.class, IOException.class);
  }

  @Test
  void aClosedStreamFailsUnderItsReader() throws Exception {
    DuplexStream stream = connection.dial(Endpoint.engine());
    CompletableFuture<Long> reader = drained(stream);
    Thread.sleep(200);
    stream.close();
    stream.close();
    assertThat(reader.get(60, TimeUnit.SECONDS)).isZero();
  }

  // --- Machines

  @Test
  void theDirectoryIsThereAndTheMachinesOwn() {
    String file = machine.directory() + "/a file";
    assertThat(machine.directory()).startsWith("/");
    assertThat(run("sh", "-c", "echo here >\"$1\" && cat \"$1\" && rm \"$1\"", "sh", file).stdout())
        .isEqualTo("here\n");
  }

  @Test
  void ensuringAgainGivesTheSameMachine() {
    Machine again = driver.ensure(spec(machine.id()), Drivers.context());
    assertThat(again.directory()).isEqualTo(machine.directory());
    assertThat(again.environment()).isEqualTo(machine.environment());
    assertThat(run("echo", "still connected").exitCode()).isZero();
  }

  @Test
  void findAndListTellWhatIsThere() {
    Environment environment =
        driver.find(machine.id(), Drivers.context()).orElseThrow().environment();
    assertThat(environment.owner()).isEqualTo(OWNER);
    assertThat(environment.state()).isEqualTo(Environment.State.RUNNING);
    assertThat(Duration.between(environment.created(), java.time.Instant.now()).abs())
        .isLessThan(Duration.ofHours(1));
    assertThat(driver.list(Drivers.context()))
        .extracting(Machine::environment)
        .contains(environment);
    assertThat(driver.find(newId(), Drivers.context())).isEmpty();
  }

  @Test
  void anotherOwnerIsRefused() {
    assertThatThrownBy(
            () -> driver.ensure(MachineSpec.of(machine.id(), "somebody else"), Drivers.context()))
        .isInstanceOf(OwnershipException.class)
        .hasMessageContaining(OWNER)
        .hasMessageContaining("somebody else");
  }

  @Test
  void twoJvmsEnsureOneMachine() throws Exception {
    EnvironmentId id = newId();
    Process other = SecondJvm.start(EnsureInSecondJvm.class, place().driver(), id.value(), OWNER);
    assertThat(other.getInputStream().read()).as("the other one is ready").isEqualTo('>');
    other.getOutputStream().write('\n');
    other.getOutputStream().flush();
    Machine ours = driver.ensure(spec(id), Drivers.context());
    String theirs =
        new String(other.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
    assertThat(SecondJvm.await(other)).isZero();
    assertThat(theirs).isEqualTo(ours.directory());
    assertThat(driver.list(Drivers.context())).filteredOn(it -> it.id().equals(id)).hasSize(1);
    driver.delete(id, VolumePolicy.REMOVE, Drivers.context());
    assertThat(place().leftovers(id.value())).isEmpty();
  }

  @Test
  void deletingLeavesNothingAndIsHarmlessAgain() throws Exception {
    EnvironmentId id = newId();
    driver.ensure(spec(id), Drivers.context());
    assertThat(place().leftovers(id.value())).isNotEmpty();
    driver.delete(id, VolumePolicy.REMOVE, Drivers.context());
    assertThat(place().leftovers(id.value())).isEmpty();
    assertThat(driver.find(id, Drivers.context())).isEmpty();
    driver.delete(id, VolumePolicy.REMOVE, Drivers.context());
  }

  @Test
  void useAfterCloseSaysSo() throws Exception {
    Connection closed = driver.connect(machine, Drivers.context());
    Execution open = closed.exec(Command.of("sleep", "600"));
    CompletableFuture<Long> reader = drained(closed.dial(Endpoint.engine()));
    closed.close();
    closed.close();
    assertThatThrownBy(open::await).isInstanceOf(ConnectionException.class);
    assertThat(reader.get(60, TimeUnit.SECONDS)).isZero();
    assertThatThrownBy(() -> closed.exec(Command.of("true")))
        .isInstanceOf(IllegalStateException.class);
    assertThatThrownBy(() -> closed.dial(Endpoint.engine()))
        .isInstanceOf(IllegalStateException.class);
    Driver other = Drivers.open(place().driver());
    other.close();
    other.close();
    assertThatThrownBy(() -> other.list(Drivers.context()))
        .isInstanceOf(IllegalStateException.class);
  }

  EnvironmentId newId() {
    EnvironmentId id = EnvironmentId.of("t" + UUID.randomUUID().toString().substring(0, 8));
    made.add(id);
    return id;
  }

  static MachineSpec spec(EnvironmentId id) {
    return MachineSpec.of(id, OWNER);
  }

  private int await(Command command) {
    try (Execution execution = connection.exec(command.timeout(Duration.ofMinutes(3)))) {
      return execution.await();
    }
  }

  private ExecResult run(String program, String... arguments) {
    List<String> argv = new ArrayList<>(List.of(program));
    argv.addAll(List.of(arguments));
    return run(argv.toArray(String[]::new));
  }

  private ExecResult run(String[] argv) {
    ByteArrayOutputStream stdout = new ByteArrayOutputStream();
    ByteArrayOutputStream stderr = new ByteArrayOutputStream();
    int exitCode = await(Command.of(List.of(argv)).stdout(stdout).stderr(stderr));
    return new ExecResult(
        exitCode, stdout.toString(StandardCharsets.UTF_8), stderr.toString(StandardCharsets.UTF_8));
  }

  private static String ping(DuplexStream stream) throws IOException {
    stream.output().write(PING.getBytes(StandardCharsets.US_ASCII));
    stream.output().flush();
    return new String(stream.input().readAllBytes(), StandardCharsets.UTF_8);
  }

  static Command flood(int port) {
    return Command.of("sh", "-c", FLOOD, Integer.toString(port));
  }

  /** Below the ports that systems choose from; the machine's network may be this one's. */
  static int somePort() {
    return ThreadLocalRandom.current().nextInt(20_000, 32_000);
  }

  /** Dials until somebody listens and has sent something. */
  static DuplexStream dialFlood(Connection from, int port) throws InterruptedException {
    for (int i = 0; ; i++) {
      try {
        DuplexStream stream = from.dial(Endpoint.loopback(port));
        try {
          if (stream.input().read() == 0) {
            return stream;
          }
        } catch (IOException e) {
          // Nobody listens yet.
        }
        stream.close();
      } catch (ConnectionException e) {
        // Nobody listens yet.
      }
      assertThat(i).as("attempts to reach port %s", port).isLessThan(100);
      Thread.sleep(100);
    }
  }

  /** How much can be read until the stream ends or breaks. */
  static CompletableFuture<Long> drained(DuplexStream stream) {
    return CompletableFuture.supplyAsync(
        () -> {
          byte[] buffer = new byte[1 << 16];
          long read = 0;
          try {
            for (int n = stream.input().read(buffer); n >= 0; n = stream.input().read(buffer)) {
              read += n;
            }
          } catch (IOException e) {
            // It broke.
          }
          return read;
        });
  }

  /**
   * How many processes of the machine have a command line that matches; waits a while for so many.
   */
  private int processes(String pattern, int expected) throws InterruptedException {
    int found = -1;
    for (int i = 0; i < 50 && found != expected; i++) {
      Thread.sleep(100);
      String script =
          "for f in /proc/[0-9]*/cmdline; do tr '\\0' ' ' <$f 2>/dev/null; echo; done | grep -c"
              + " \"^$1 \" || true";
      found = Integer.parseInt(run("sh", "-c", script, "sh", pattern).stdout().strip());
    }
    return found;
  }

  private void eventuallyGone(String pattern) throws InterruptedException {
    assertThat(processes(pattern, 0)).as("processes '%s'", pattern).isZero();
  }

  /** Other tests of this JVM may have memory for a while; what is not bounded grows without end. */
  private static void memoryIsBoundedSince(long before) throws InterruptedException {
    long most = before + (32 << 20);
    for (int left = 30; left > 0 && usedMemory() > most; left--) {
      Thread.sleep(1000);
    }
    assertThat(usedMemory()).isLessThan(most);
  }

  private static long usedMemory() {
    System.gc();
    return Runtime.getRuntime().totalMemory() - Runtime.getRuntime().freeMemory();
  }
}
