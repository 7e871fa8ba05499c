package dev.previews.ssh.host;

import dev.previews.error.RemoteCommandException;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * All that keeps a host from holding environments, to be said at once. What it is short of keeps it
 * from taking a new one only: it must stay possible to remove one.
 */
final class Problems {
  /** Below this not even a small image fits. */
  private static final long LEAST_DISK = 200L << 20;

  /** What a Compose project of today needs. */
  private static final int OLDEST_MAJOR = 20;

  private static final int OLDEST_MINOR = 10;
  private static final Pattern VERSION = Pattern.compile("(\\d{1,6})(?:\\.(\\d{1,6}))?.*");

  private final String host;
  private final HostOptions options;
  private final List<String> problems = new ArrayList<>();
  private final List<String> shortages = new ArrayList<>();

  Problems(String host, HostOptions options) {
    this.host = host;
    this.options = options;
  }

  void check(Survey survey) {
    if (survey.engineSocket() == null) {
      if (!survey.closed().isEmpty()) {
        problems.add(
            survey.user()
                + " may not use the Docker engine at "
                + survey.closed().get(0)
                + ": run `sudo usermod -aG docker "
                + survey.user()
                + "` there, or let the user use `sudo -n`");
      } else if (options.socket() != null) {
        problems.add(
            "there is no socket at "
                + options.socket()
                + ", where engineSocket(…) says that the Docker engine is");
      } else if (survey.dockerd()) {
        missing(survey, "Docker is installed and does not run", start(survey));
      } else {
        missing(survey, "Docker is not installed", installation(survey));
      }
      if (options.socket() == null) {
        checkVersion(survey, survey.version());
      }
    }
    if (survey.asRoot() && !survey.root() && !survey.sudo()) {
      problems.add(
          survey.user() + " is neither root nor may use `sudo -n`: allow that without a password");
    }
    if (!survey.readOnly().isEmpty() && !survey.needsSudo()) {
      problems.add(
          survey.user()
              + " may not write to "
              + survey.readOnly()
              + ", where the directory "
              + survey.directory()
              + " would be; choose another with directory(\"…\")");
    }
    if (survey.disk() < LEAST_DISK) {
      full(survey.directory(), survey.disk());
    }
    if (survey.engineDisk() < LEAST_DISK) {
      full("Docker's data (" + survey.data() + ")", survey.engineDisk());
    }
  }

  private void full(String what, long free) {
    shortages.add(
        "the disk with "
            + what
            + " is full: "
            + (free >> 20)
            + " MB are free; make room, with `docker system prune` say");
  }

  private void missing(Survey survey, String what, String command) {
    String instead = ", or use installDocker()";
    if (options.install()) {
      instead =
          survey.root() || survey.sudo()
              ? "; installDocker() did not help"
              : "; installDocker() needs root, or `sudo -n` for " + survey.user();
    }
    problems.add(what + ": run `" + asRoot(survey, command) + "` there" + instead);
  }

  private static String start(Survey survey) {
    return survey.packages().equals("apk")
        ? "rc-service docker start"
        : "systemctl enable --now docker";
  }

  private static String asRoot(Survey survey, String command) {
    return survey.root() ? command : "sudo " + command;
  }

  static String installation(Survey survey) {
    return switch (survey.packages()) {
      case "apt-get" -> "apt-get install -y docker.io";
      case "dnf", "yum" -> "dnf install -y moby-engine";
      case "apk" -> "apk add docker";
      default -> "curl -fsSL https://get.docker.com | sh";
    };
  }

  private static String upgrade(Survey survey) {
    return switch (survey.packages()) {
      case "dnf", "yum" -> "dnf upgrade -y moby-engine";
      case "apk" -> "apk add --upgrade docker";
      default -> installation(survey); // which takes the newest there is
    };
  }

  /** Whether what the engine says is its version will do; what is no version will. */
  void checkVersion(Survey survey, String version) {
    Matcher parts = VERSION.matcher(version);
    if (!parts.matches()) {
      return;
    }
    int major = Integer.parseInt(parts.group(1));
    int minor = parts.group(2) == null ? 0 : Integer.parseInt(parts.group(2));
    if (major < OLDEST_MAJOR || (major == OLDEST_MAJOR && minor < OLDEST_MINOR)) {
      problems.add(
          "its Docker "
              + version
              + " is too old: "
              + OLDEST_MAJOR
              + "."
              + OLDEST_MINOR
              + " or newer is needed: run `"
              + asRoot(survey, upgrade(survey))
              + "` there, or take Docker's own packages (https://get.docker.com)");
    }
  }

  /** The engine was not reached in any way. */
  void doesNotAnswer(Survey survey, String why) {
    problems.add(
        "its Docker engine does not answer: "
            + why
            + (survey.docker()
                ? ""
                : "; where sshd does not forward to the engine's socket, the Docker CLI is needed"
                    + " there, and it has none"));
  }

  /** Throws when nothing can be done there; then it says what it is short of, too. */
  void report() {
    if (!problems.isEmpty()) {
      reportAll();
    }
  }

  /** Throws when a new environment has no place there. */
  void reportAll() {
    List<String> all = new ArrayList<>(problems);
    all.addAll(shortages);
    if (!all.isEmpty()) {
      throw new RemoteCommandException(
          host + " cannot hold environments", "- " + String.join("\n- ", all), null);
    }
  }
}
