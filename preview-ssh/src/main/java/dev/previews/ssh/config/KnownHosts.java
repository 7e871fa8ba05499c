package dev.previews.ssh.config;

import dev.previews.error.InvalidInputException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.jspecify.annotations.Nullable;

/** The keys of known hosts, as OpenSSH keeps them; names may be hashed. */
public final class KnownHosts {
  private final List<Path> files;

  /** Those in these files, as far as they exist. */
  public KnownHosts(List<Path> files) {
    this.files = files;
  }

  /** What is known of a host's key. */
  public enum Verdict {
    /** It is the host's. */
    KNOWN,
    /** Nothing is known of the host. */
    UNKNOWN,
    /** The host has another one. */
    CHANGED,
    /** It was revoked. */
    REVOKED
  }

  /**
   * What is known of a key.
   *
   * @param where file and line of the entry that decided; empty for an unknown host
   */
  public record Finding(Verdict verdict, String where) {}

  /**
   * Looks a key up.
   *
   * @param name the host's; with a port as {@code [host]:port}
   * @param key the key's blob
   */
  public Finding find(String name, byte[] key) {
    String text = Base64.getEncoder().encodeToString(key);
    String other = null;
    String same = null;
    for (Entry entry : entries()) {
      boolean equal = entry.key().equals(text);
      if (entry.marker().equals("@revoked") && equal && entry.names(name)) {
        return new Finding(Verdict.REVOKED, entry.where());
      }
      if (entry.marker().isEmpty() && entry.names(name)) {
        if (equal) {
          same = entry.where();
        } else if (other == null) {
          other = entry.where();
        }
      }
    }
    if (same != null) {
      return new Finding(Verdict.KNOWN, same);
    }
    return other == null ? new Finding(Verdict.UNKNOWN, "") : new Finding(Verdict.CHANGED, other);
  }

  /** The types of the keys that are known of a host, as {@code ssh-ed25519}. */
  public List<String> types(String name) {
    return entries().stream()
        .filter(entry -> entry.marker().isEmpty() && entry.names(name))
        .map(Entry::type)
        .distinct()
        .toList();
  }

  /** Writes a key down. A folder that is made for the file is this user's alone. */
  public static void add(Path file, String name, String type, byte[] key) {
    try {
      Path folder = file.toAbsolutePath().getParent();
      if (folder != null && !Files.isDirectory(folder)) {
        Files.createDirectories(
            folder,
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
      }
      String line = name + " " + type + " " + Base64.getEncoder().encodeToString(key) + "\n";
      Files.writeString(
          file,
          endsInTheMiddleOfALine(file) ? "\n" + line : line,
          StandardOpenOption.CREATE,
          StandardOpenOption.APPEND);
    } catch (IOException e) {
      throw new UncheckedIOException("the key of " + name + " cannot be written to " + file, e);
    }
  }

  private static boolean endsInTheMiddleOfALine(Path file) throws IOException {
    return Files.exists(file)
        && Files.size(file) > 0
        && !Files.readString(file, StandardCharsets.ISO_8859_1).endsWith("\n");
  }

  private List<Entry> entries() {
    List<Entry> entries = new ArrayList<>();
    for (Path file : files) {
      if (!Files.isRegularFile(file)) {
        continue;
      }
      List<String> lines;
      try {
        lines = Files.readString(file, StandardCharsets.ISO_8859_1).lines().toList();
      } catch (IOException e) {
        throw new InvalidInputException("the known hosts in " + file + " cannot be read: " + e, e);
      }
      for (int i = 0; i < lines.size(); i++) {
        Entry entry = entry(lines.get(i).strip(), file + ":" + (i + 1));
        if (entry != null) {
          entries.add(entry);
        }
      }
    }
    return entries;
  }

  /** An entry; null for a line that is none, as OpenSSH has it. */
  private static @Nullable Entry entry(String line, String where) {
    String[] words = line.split("\\s+");
    int first = words[0].startsWith("@") ? 1 : 0;
    if (line.isEmpty() || line.startsWith("#") || words.length < first + 3) {
      return null;
    }
    return new Entry(
        first == 0 ? "" : words[0],
        List.of(words[first].split(",")),
        words[first + 1],
        words[first + 2],
        where);
  }

  private record Entry(String marker, List<String> hosts, String type, String key, String where) {
    boolean names(String name) {
      String only = hosts.get(0);
      return only.startsWith("|1|") ? isHashOf(only, name) : Patterns.match(hosts, name);
    }

    private static boolean isHashOf(String hashed, String name) {
      String[] parts = hashed.split("\\|");
      if (parts.length < 4) {
        return false;
      }
      try {
        Mac mac = Mac.getInstance("HmacSHA1");
        mac.init(new SecretKeySpec(Base64.getDecoder().decode(parts[2]), "HmacSHA1"));
        return MessageDigest.isEqual(
            mac.doFinal(name.getBytes(StandardCharsets.UTF_8)),
            Base64.getDecoder().decode(parts[3]));
      } catch (GeneralSecurityException | IllegalArgumentException e) {
        return false;
      }
    }
  }
}
