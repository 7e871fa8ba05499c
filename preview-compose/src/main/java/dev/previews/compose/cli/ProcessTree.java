package dev.previews.compose.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** A process and what it started: the Docker CLI runs its plug-ins as children. */
final class ProcessTree {
  private static final Duration GRACE = Duration.ofSeconds(2);
  private static final Pattern RESIDENT = Pattern.compile("(?m)^VmRSS:\\s*(\\d+) kB$");

  private final Process root;

  ProcessTree(Process root) {
    this.root = root;
  }

  /** Asks all to end, and after two seconds does not ask. */
  void end() {
    Set<ProcessHandle> all = members();
    all.forEach(ProcessHandle::destroy);
    boolean interrupted = false;
    try {
      CompletableFuture.allOf(
              all.stream().map(ProcessHandle::onExit).toArray(CompletableFuture[]::new))
          .get(GRACE.toMillis(), TimeUnit.MILLISECONDS);
    } catch (InterruptedException e) {
      interrupted = true;
    } catch (TimeoutException | ExecutionException e) {
      // What is left is ended below.
    }
    endNow();
    all.forEach(ProcessHandle::destroyForcibly);
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  /** Ends all at once. */
  void endNow() {
    members().forEach(ProcessHandle::destroyForcibly);
  }

  /** How much main memory all of them use; 0 where the platform does not tell. */
  long memoryBytes() {
    return members().stream().mapToLong(ProcessTree::residentBytes).sum();
  }

  private Set<ProcessHandle> members() {
    return Stream.concat(Stream.of(root.toHandle()), root.descendants())
        .collect(Collectors.toSet());
  }

  private static long residentBytes(ProcessHandle process) {
    Path status = Path.of("/proc", Long.toString(process.pid()), "status");
    try {
      Matcher resident = RESIDENT.matcher(Files.readString(status));
      return resident.find() ? Long.parseLong(resident.group(1)) * 1024 : 0;
    } catch (IOException | NumberFormatException e) {
      return 0;
    }
  }
}
