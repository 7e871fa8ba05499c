package dev.previews.compose.cli;

import dev.previews.error.ConnectionException;
import dev.previews.spi.Dialer;
import dev.previews.spi.Relay;
import java.io.IOException;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A machine's engine as a Unix socket of this machine, for the CLI: in a directory that only this
 * user may enter, until it is closed. What a killed process left is removed by the next one.
 */
public final class EngineSocket implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(EngineSocket.class);

  /** Of 104 bytes on macOS and 108 on Linux. */
  private static final int LONGEST_PATH = 100;

  private static final String PREFIX = "previews-";
  private static final Pattern NAME = Pattern.compile(PREFIX + "(\\d{1,18})-.*");

  private final Path directory;
  private final Relay relay;

  private EngineSocket(Path directory, Relay relay) {
    this.directory = directory;
    this.relay = relay;
  }

  /** Listens, and dials the engine for each connection. */
  public static EngineSocket open(Dialer engine) {
    try {
      Path parent = parent();
      sweep(parent);
      Path directory =
          Files.createTempDirectory(
              parent,
              PREFIX + ProcessHandle.current().pid() + "-",
              PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
      try {
        return new EngineSocket(
            directory, Relay.listen(UnixDomainSocketAddress.of(socket(directory)), engine));
      } catch (RuntimeException e) {
        Files.deleteIfExists(directory);
        throw e;
      }
    } catch (IOException e) {
      throw new ConnectionException(
          "cannot make a directory for the engine's socket: " + e.getMessage(), e);
    }
  }

  /** What {@code DOCKER_HOST} must be. */
  public String host() {
    return "unix://" + socket(directory);
  }

  private static Path socket(Path directory) {
    return directory.resolve("engine.sock");
  }

  private static Path parent() {
    Path usual = Path.of(System.getProperty("java.io.tmpdir", "/tmp")).toAbsolutePath();
    String longest = usual.resolve(PREFIX + "9".repeat(30) + "/engine.sock").toString();
    return longest.getBytes(StandardCharsets.UTF_8).length < LONGEST_PATH ? usual : Path.of("/tmp");
  }

  private static void sweep(Path parent) throws IOException {
    try (DirectoryStream<Path> siblings = Files.newDirectoryStream(parent, PREFIX + "*")) {
      for (Path sibling : siblings) {
        Matcher name = NAME.matcher(sibling.getFileName().toString());
        if (name.matches()
            && ProcessHandle.of(Long.parseLong(name.group(1))).isEmpty()
            && !answers(socket(sibling))) {
          remove(sibling);
        }
      }
    }
  }

  /** A process of another process namespace may share our directory for temporary files. */
  private static boolean answers(Path socket) {
    try (SocketChannel channel = SocketChannel.open(UnixDomainSocketAddress.of(socket))) {
      return channel.isConnected();
    } catch (IOException e) {
      return false;
    }
  }

  private static void remove(Path directory) {
    try {
      Files.deleteIfExists(socket(directory));
      Files.deleteIfExists(directory);
    } catch (IOException e) {
      log.debug("{} stays: {}", directory, e.toString());
    }
  }

  /** Ends all connections and removes the socket. Closing twice is harmless. */
  @Override
  public void close() {
    relay.close();
    remove(directory);
  }
}
