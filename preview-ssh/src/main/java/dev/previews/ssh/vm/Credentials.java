package dev.previews.ssh.vm;

import dev.previews.ssh.config.HostName;
import dev.previews.ssh.config.HostSettings;
import dev.previews.ssh.config.SshOptions;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Comparator;
import java.util.List;
import java.util.OptionalInt;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * The keys of machines as files, in a folder that is this user's alone, as long as it is needed.
 */
final class Credentials implements AutoCloseable {
  private final Path folder;

  Credentials() {
    try {
      folder = Files.createTempDirectory("preview-vm");
    } catch (IOException e) {
      throw new UncheckedIOException("no temporary folder for the machines' keys", e);
    }
  }

  /** How the machine is reached. */
  HostSettings settings(VirtualMachine machine) {
    HostName name = new HostName(machine.user(), machine.host(), OptionalInt.of(machine.port()));
    String file = machine.id() + "-" + machine.created().getEpochSecond() + "-" + machine.port();
    Path key = folder.resolve(file + ".key");
    Path known = folder.resolve(file + ".known_hosts");
    try {
      Files.deleteIfExists(key);
      Files.createFile(
          key, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
      Files.writeString(key, machine.privateKey());
      String host =
          machine.port() == 22 ? machine.host() : "[" + machine.host() + "]:" + machine.port();
      Files.writeString(
          known,
          machine.hostKeys().stream()
              .map(line -> host + " " + line + "\n")
              .collect(Collectors.joining()));
    } catch (IOException e) {
      throw new UncheckedIOException("the key of the " + machine + " cannot be kept", e);
    }
    return HostSettings.resolve(
        name,
        SshOptions.usual(folder)
            .with(
                draft -> {
                  draft.configFiles = List.of();
                  draft.identities = List.of(key);
                  draft.knownHosts = known;
                  draft.acceptNew = machine.hostKeys().isEmpty();
                }));
  }

  @Override
  public void close() {
    try (Stream<Path> all = Files.walk(folder)) {
      all.sorted(Comparator.reverseOrder()).forEach(Credentials::delete);
    } catch (IOException e) {
      // They are this user's alone.
    }
  }

  private static void delete(Path file) {
    try {
      Files.deleteIfExists(file);
    } catch (IOException e) {
      // It is this user's alone.
    }
  }
}
