package dev.previews.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.URI;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;

/** Asks for a page all the time; closing it fails where one answer was another. */
final class Poll implements AutoCloseable {
  private final List<String> failures = new CopyOnWriteArrayList<>();
  private final AtomicInteger asked = new AtomicInteger();
  private final Thread thread;
  private volatile boolean over;

  /** Begins; the page is this text. */
  Poll(LocalGateway gateway, URI url, String expected) {
    thread =
        new Thread(
            () -> {
              while (!over) {
                try {
                  String answer = gateway.get(url);
                  if (!answer.startsWith("HTTP/1.1 200") || !answer.endsWith(expected + "\n")) {
                    failures.add(answer);
                  }
                  asked.incrementAndGet();
                  Thread.sleep(10);
                } catch (IOException e) {
                  failures.add(e.toString());
                } catch (InterruptedException e) {
                  return;
                }
              }
            });
    thread.start();
  }

  int asked() {
    return asked.get();
  }

  @Override
  public void close() {
    over = true;
    try {
      thread.join();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    assertThat(failures).isEmpty();
    assertThat(asked.get()).isGreaterThan(20);
  }
}
