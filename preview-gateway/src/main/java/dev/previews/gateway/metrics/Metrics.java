package dev.previews.gateway.metrics;

import java.util.Locale;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;

/** What the HTTP side counts. Thread-safe. */
public final class Metrics {
  private static final double[] SECONDS = {0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1, 5, 30};

  private final LongAdder[] answers = {
    new LongAdder(), new LongAdder(), new LongAdder(), new LongAdder(), new LongAdder()
  };
  private final LongAdder aborted = new LongAdder();
  private final LongAdder received = new LongAdder();
  private final LongAdder sent = new LongAdder();
  private final LongAdder[] durations = new LongAdder[SECONDS.length + 1];
  private final LongAdder nanos = new LongAdder();
  private final AtomicLong connections = new AtomicLong();
  private final LongAdder connectionsRefused = new LongAdder();
  private final AtomicLong relays = new AtomicLong();
  private final LongAdder forwardsRefused = new LongAdder();
  private final AtomicLong active = new AtomicLong();

  /** All at zero. */
  public Metrics() {
    for (int i = 0; i < durations.length; i++) {
      durations[i] = new LongAdder();
    }
  }

  /** A connection that speaks HTTP has begun. */
  public void connected() {
    connections.incrementAndGet();
  }

  /** A connection is closed, or speaks HTTP no longer. */
  public void disconnected() {
    connections.decrementAndGet();
  }

  /** How many connections speak HTTP. */
  public long connections() {
    return connections.get();
  }

  /** A connection was closed at once, because there were too many. */
  public void connectionRefused() {
    connectionsRefused.increment();
  }

  /** A WebSocket or another stream of bytes has begun. */
  public void relayOpened() {
    relays.incrementAndGet();
  }

  /** It has ended. */
  public void relayClosed() {
    relays.decrementAndGet();
  }

  /** A client did not get a tunnel that it asked for. */
  public void forwardRefused() {
    forwardsRefused.increment();
  }

  /** A request has begun. */
  public void begun() {
    active.incrementAndGet();
  }

  /** Its answer was written whole, or it became another protocol. */
  public void answered(int status, long tookNanos) {
    active.decrementAndGet();
    answers[Math.max(1, Math.min(5, status / 100)) - 1].increment();
    nanos.add(tookNanos);
    int bucket = 0;
    while (bucket < SECONDS.length && tookNanos > SECONDS[bucket] * 1e9) {
      bucket++;
    }
    durations[bucket].increment();
  }

  /** Its client or its service left before the answer was whole. */
  public void aborted() {
    active.decrementAndGet();
    aborted.increment();
  }

  /** Bytes from visitors: requests' bodies, WebSockets, other streams. */
  public void received(int bytes) {
    received.add(bytes);
  }

  /** Bytes to visitors. */
  public void sent(int bytes) {
    sent.add(bytes);
  }

  /** How many requests are under way. */
  public long active() {
    return active.get();
  }

  /** In Prometheus' text format. */
  public String text(int clients, int tunnels) {
    StringBuilder text = new StringBuilder();
    single(text, "preview_gateway_clients", "gauge", "SSH connections", clients);
    single(text, "preview_gateway_tunnels", "gauge", "open tunnels", tunnels);
    single(
        text,
        "preview_gateway_forwards_refused_total",
        "counter",
        "tunnels that a client asked for and did not get",
        forwardsRefused.sum());
    single(
        text,
        "preview_gateway_http_connections",
        "gauge",
        "connections that speak HTTP",
        connections.get());
    single(
        text,
        "preview_gateway_http_connections_refused_total",
        "counter",
        "connections that were one too many",
        connectionsRefused.sum());
    single(
        text,
        "preview_gateway_relays",
        "gauge",
        "open WebSockets and other streams of bytes",
        relays.get());
    single(text, "preview_gateway_requests_active", "gauge", "requests under way", active.get());
    head(text, "preview_gateway_requests_total", "counter", "answered requests by class of status");
    for (int i = 0; i < answers.length; i++) {
      text.append("preview_gateway_requests_total{status=\"")
          .append(i + 1)
          .append("xx\"} ")
          .append(answers[i].sum())
          .append('\n');
    }
    single(
        text,
        "preview_gateway_requests_aborted_total",
        "counter",
        "requests without a whole answer",
        aborted.sum());
    single(
        text,
        "preview_gateway_received_bytes_total",
        "counter",
        "bytes from visitors: bodies, WebSockets, other streams",
        received.sum());
    single(
        text,
        "preview_gateway_sent_bytes_total",
        "counter",
        "bytes to visitors: bodies, WebSockets, other streams",
        sent.sum());
    head(
        text,
        "preview_gateway_request_seconds",
        "histogram",
        "from a request's head to the end of its answer");
    long count = 0;
    for (int i = 0; i < durations.length; i++) {
      count += durations[i].sum();
      String bound = i < SECONDS.length ? String.valueOf(SECONDS[i]) : "+Inf";
      text.append("preview_gateway_request_seconds_bucket{le=\"")
          .append(bound)
          .append("\"} ")
          .append(count)
          .append('\n');
    }
    text.append(
        String.format(
            Locale.ROOT,
            "preview_gateway_request_seconds_sum %.6f\n",
            nanos.sum() / (double) TimeUnit.SECONDS.toNanos(1)));
    text.append("preview_gateway_request_seconds_count ").append(count).append('\n');
    return text.toString();
  }

  private static void single(
      StringBuilder text, String name, String type, String help, long value) {
    head(text, name, type, help);
    text.append(name).append(' ').append(value).append('\n');
  }

  private static void head(StringBuilder text, String name, String type, String help) {
    text.append("# HELP ").append(name).append(' ').append(help).append('\n');
    text.append("# TYPE ").append(name).append(' ').append(type).append('\n');
  }
}
