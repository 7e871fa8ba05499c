package dev.previews.kube.connection;

/** A thread that does not keep the JVM alive. */
final class Daemon {
  private Daemon() {}

  static void start(String name, Runnable work) {
    Thread thread = new Thread(work, name);
    thread.setDaemon(true);
    thread.start();
  }
}
