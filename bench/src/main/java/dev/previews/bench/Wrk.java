package dev.previews.bench;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What wrk measured of a page.
 *
 * @param perSecond requests per second
 * @param p50 milliseconds that half of the requests took at most
 * @param p99 milliseconds that 99 of 100 took at most
 */
record Wrk(double perSecond, double p50, double p99) {
  private static final Pattern RATE = Pattern.compile("Requests/sec: +([0-9.]+)");

  /** Loads a page from so many connections, each with one request after the other. */
  static Wrk load(String url, String host, int connections, int seconds)
      throws IOException, InterruptedException {
    Process process =
        new ProcessBuilder(
                "wrk",
                "--latency",
                "-t",
                connections == 1 ? "1" : "2",
                "-c",
                Integer.toString(connections),
                "-d",
                seconds + "s",
                "-H",
                "Host: " + host,
                url)
            .redirectErrorStream(true)
            .start();
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    Matcher rate = RATE.matcher(output);
    if (process.waitFor() != 0
        || !rate.find()
        || output.contains("Non-2xx")
        || output.contains("Socket errors")) {
      throw new IOException("wrk " + url + " for " + host + ": " + output);
    }
    return new Wrk(Double.parseDouble(rate.group(1)), millis(output, "50%"), millis(output, "99%"));
  }

  private static double millis(String output, String part) throws IOException {
    Matcher found = Pattern.compile(" " + part + " +([0-9.]+)(us|ms|s)\\b").matcher(output);
    if (!found.find()) {
      throw new IOException("no " + part + " in: " + output);
    }
    double value = Double.parseDouble(found.group(1));
    return switch (found.group(2)) {
      case "us" -> value / 1000;
      case "ms" -> value;
      default -> value * 1000;
    };
  }

  /** The run in the middle by rate, of an odd number. */
  static Wrk median(List<Wrk> runs) {
    return runs.stream()
        .sorted((one, other) -> Double.compare(one.perSecond(), other.perSecond()))
        .toList()
        .get(runs.size() / 2);
  }
}
