package dev.previews.machines;

import java.io.IOException;
import java.util.concurrent.ThreadLocalRandom;

/**
 * A network of the engine at hand, with addresses that no other network of a machine is likely to
 * have: what runs inside an engine of its own reaches this machine by {@link #host}, which the
 * default network's address does not promise.
 */
public final class TestNetwork {
  private static final int TRIES = 5;

  private final String name;
  private final String prefix;
  private final int first;

  private TestNetwork(String name, String prefix, int first) {
    this.name = name;
    this.prefix = prefix;
    this.first = first;
  }

  /** Makes one. */
  public static TestNetwork create(String name) throws IOException, InterruptedException {
    for (int i = 0; ; i++) {
      String prefix = "10.213." + ThreadLocalRandom.current().nextInt(256) + ".";
      int first = 8 * ThreadLocalRandom.current().nextInt(32);
      try {
        DockerCli.output("network", "create", "--subnet", prefix + first + "/29", name);
        return new TestNetwork(name, prefix, first);
      } catch (IOException e) { // another network has them
        if (i == TRIES) {
          throw e;
        }
      }
    }
  }

  /** What the engine calls it. */
  public String name() {
    return name;
  }

  /** This machine's address on it. */
  public String host() {
    return prefix + (first + 1);
  }

  /** The address that a container on it may have. */
  public String container() {
    return prefix + (first + 2);
  }

  /** Removes it. */
  public void remove() throws IOException, InterruptedException {
    DockerCli.output("network", "rm", name);
  }
}
