package dev.previews.compose.files;

import dev.previews.error.DeadlineException;
import dev.previews.error.RemoteCommandException;
import dev.previews.exec.Command;
import dev.previews.exec.Execution;
import dev.previews.exec.StdinSource;
import dev.previews.spi.Connection;
import dev.previews.spi.Context;
import java.io.BufferedOutputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** The directory at the far end, and what its script can do with it. */
final class FarEnd {
  private static final String SCRIPT = readScript();

  private final Connection connection;
  private final Context context;
  private final String directory;
  private final String token = UUID.randomUUID().toString();

  FarEnd(Connection connection, Context context, String directory) {
    this.connection = connection;
    this.context = context;
    this.directory = directory;
  }

  private static String readScript() {
    try (InputStream script = FarEnd.class.getResourceAsStream("far-end.sh")) {
      byte[] bytes = Objects.requireNonNull(script, "far-end.sh").readAllBytes();
      return new String(bytes, StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Starts to list manifest and tree into {@code reader}. */
  Call state(FarStateReader reader) {
    return start(reader, null, "state");
  }

  /** The digests of files, by path; those that cannot be read are missing. */
  Map<String, String> digests(FarDigest digest, Collection<String> paths) {
    Map<String, String> digests = new HashMap<>();
    Map<Boolean, List<String>> byOddness =
        paths.stream().collect(Collectors.partitioningBy(OddNames::contains));
    List<String> plain = byOddness.getOrDefault(false, List.of());
    if (!plain.isEmpty()) {
      for (String line : askDigests(digest, "names", plain)) {
        int end = line.indexOf(' '); // then another blank or an asterisk: each tool has its own
        if (end > 0 && line.startsWith("./", end + 2)) {
          digests.put(line.substring(end + 4), line.substring(0, end));
        }
      }
    }
    List<String> odd = byOddness.getOrDefault(true, List.of());
    if (!odd.isEmpty()) {
      List<String> lines = askDigests(digest, "odd-names", odd);
      for (int i = 0; i < Math.min(odd.size(), lines.size()); i++) {
        digests.put(odd.get(i), lines.get(i).split(" ", 2)[0]);
      }
    }
    return digests;
  }

  /** What cannot be read makes the exit code 123, or 1: the others' lines are good all the same. */
  private List<String> askDigests(FarDigest digest, String manner, List<String> paths) {
    ByteArrayOutputStream answer = new ByteArrayOutputStream();
    StdinSource names = new PathList(paths)::writeTo;
    try (Call call = start(answer, names, "digests", token, digest.word(), manner)) {
      call.exitCode();
    }
    return answer.toString(StandardCharsets.UTF_8).lines().toList();
  }

  /**
   * Takes an archive, verifies it by the digest that it was made with, puts everything into its
   * place, and lists the tree into {@code reader}.
   */
  void receive(FarDigest digest, StdinSource archive, FarStateReader reader) {
    try (Call call = start(reader, archive, "receive", token, digest.word())) {
      call.succeed();
    }
  }

  /**
   * Replaces the manifest, if nobody else has begun to copy since {@link #receive} or {@link
   * #digests}.
   */
  void commit(Manifest manifest) {
    CountingOutputStream size = new CountingOutputStream();
    try {
      manifest.writeTo(size);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    StdinSource source =
        stdin -> {
          OutputStream buffered = new BufferedOutputStream(stdin, 1 << 16);
          manifest.writeTo(buffered);
          buffered.flush();
        };
    try (Call call =
        start(
            OutputStream.nullOutputStream(),
            source,
            "commit",
            token,
            Long.toString(size.count()))) {
      call.succeed();
    }
  }

  private Call start(
      OutputStream stdout, @Nullable StdinSource stdin, String action, String... arguments) {
    if (context.deadline().passed()) {
      throw context.deadline().expired("the copy to " + directory, "");
    }
    List<String> argv = new ArrayList<>(List.of("sh", "-c", SCRIPT, "sh", action, directory));
    argv.addAll(List.of(arguments));
    Tail stderr = new Tail();
    Command command =
        Command.of(argv).stdout(stdout).stderr(stderr).timeout(context.deadline().remaining());
    return new Call(connection.exec(stdin == null ? command : command.stdin(stdin)), stderr);
  }

  /** A run of the script. */
  final class Call implements AutoCloseable {
    private final Execution execution;
    private final Tail stderr;

    private Call(Execution execution, Tail stderr) {
      this.execution = execution;
      this.stderr = stderr;
    }

    int exitCode() {
      return execution.await();
    }

    /**
     * Waits for its end.
     *
     * @throws RemoteCommandException when it failed
     * @throws DeadlineException when there was no more time
     */
    void succeed() {
      int exitCode = exitCode();
      if (exitCode != 0) {
        String evidence = stderr.text();
        throw new RemoteCommandException(
            evidence.contains("No space left")
                ? "the disk with " + directory + " is full at the far end"
                : "copying to " + directory + " failed at the far end with exit code " + exitCode,
            evidence,
            null);
      }
    }

    @Override
    public void close() {
      execution.close();
    }
  }
}
