package dev.previews.ssh.link;

import java.util.Map;

/** The numbers of the signals that SSH knows by name. */
final class Signals {
  private static final Map<String, Integer> NUMBERS =
      Map.ofEntries(
          Map.entry("HUP", 1),
          Map.entry("INT", 2),
          Map.entry("QUIT", 3),
          Map.entry("ILL", 4),
          Map.entry("ABRT", 6),
          Map.entry("FPE", 8),
          Map.entry("KILL", 9),
          Map.entry("USR1", 10),
          Map.entry("SEGV", 11),
          Map.entry("USR2", 12),
          Map.entry("PIPE", 13),
          Map.entry("ALRM", 14),
          Map.entry("TERM", 15));

  private Signals() {}

  /** Its number; 127 for any other, such as OpenSSH's own {@code SIG@openssh.com}. */
  static int number(String name) {
    return NUMBERS.getOrDefault(name, 127);
  }
}
