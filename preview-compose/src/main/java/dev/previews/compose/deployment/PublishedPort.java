package dev.previews.compose.deployment;

import com.github.dockerjava.api.async.ResultCallback;
import com.github.dockerjava.api.model.Event;
import com.github.dockerjava.api.model.EventType;
import dev.previews.engine.Engine;
import dev.previews.environment.ServicePort;
import dev.previews.error.NotFoundException;
import java.io.Closeable;
import java.io.IOException;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Which port of the machine's loopback leads to a service's port. The engine chooses another one
 * when a container restarts, so an answer is remembered only while the engine's event stream says
 * that no container of the project has changed.
 */
final class PublishedPort implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(PublishedPort.class);

  private final Engine engine;
  private final String project;
  private final ProjectContainers containers;
  private final Map<ServicePort, Integer> known = new ConcurrentHashMap<>();
  private final AtomicLong changes = new AtomicLong();
  private @Nullable Watch watch;
  private boolean closed;

  PublishedPort(Engine engine, String project, ProjectContainers containers) {
    this.engine = engine;
    this.project = project;
    this.containers = containers;
  }

  /**
   * The port on the machine's loopback.
   *
   * @throws NotFoundException when the service has no running container, or does not publish the
   *     port
   */
  int of(ServicePort port) {
    boolean watched = watch();
    Integer remembered = known.get(port);
    if (watched && remembered != null) {
      return remembered;
    }
    long before = changes.get();
    ServiceContainer container = containers.running(port.service());
    Integer found = container.ports().get(port.port());
    if (found == null) {
      throw new NotFoundException(
          "the container "
              + container.name()
              + " does not publish "
              + port.port()
              + ", but "
              + container.ports().keySet());
    }
    synchronized (this) {
      if (watched && changes.get() == before) {
        known.put(port, found);
      }
    }
    return found;
  }

  /** Forgets what is remembered: it led nowhere. */
  synchronized void forget() {
    changes.incrementAndGet();
    known.clear();
  }

  /**
   * Makes sure that changes are heard of; returns whether they were all the time since the last
   * call.
   */
  private synchronized boolean watch() {
    if (closed) {
      throw new IllegalStateException("the deployment is closed");
    }
    Watch current = watch;
    if (current != null && !current.over) {
      return current.begun;
    }
    forget();
    Watch fresh = new Watch();
    watch = fresh;
    engine
        .client()
        .eventsCmd()
        .withEventTypeFilter(EventType.CONTAINER)
        .withLabelFilter(Map.of(ServiceContainer.PROJECT, project))
        .exec(fresh);
    return false; // remembered from the next call on, when the stream has surely begun
  }

  @Override
  public synchronized void close() {
    closed = true;
    if (watch != null) {
      watch.close();
    }
  }

  /** The engine's event stream. */
  private final class Watch extends ResultCallback.Adapter<Event> {
    private volatile boolean begun;
    private volatile boolean over;

    @Override
    public void onStart(Closeable stream) {
      super.onStart(stream);
      begun = true;
    }

    @Override
    public void onNext(Event event) {
      forget();
    }

    @Override
    public void onError(Throwable failure) { // not super's, which takes it for an error
      log.debug("the event stream of {} broke: {}", project, failure.toString());
      close();
      forget();
    }

    @Override
    public void onComplete() {
      over = true;
      forget();
      super.onComplete();
    }

    @Override
    public void close() {
      over = true;
      try {
        super.close();
      } catch (IOException e) {
        log.debug("the event stream of {} was not closed cleanly: {}", project, e.toString());
      }
    }
  }
}
