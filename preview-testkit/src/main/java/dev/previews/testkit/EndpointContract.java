package dev.previews.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.previews.error.ConnectionException;
import dev.previews.exec.Execution;
import dev.previews.spi.DuplexStream;
import dev.previews.spi.Endpoint;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** Streams to the machine's endpoints: its engine, and the ports of its loopback. */
abstract class EndpointContract extends CommandEndContract {
  private static final int MANY = 50;
  private static final String PING =
      "GET /_ping HTTP/1.1\r\nHost: docker\r\nConnection: close\r\n\r\n";

  @Test
  void theEngineAnswers() throws Exception {
    try (DuplexStream stream = connection.dial(Endpoint.engine())) {
      assertThat(ping(stream)).startsWith("HTTP/1.1 200 OK").contains("Api-Version").endsWith("OK");
    }
  }

  @Test
  void aStreamThatWasShutDownForOutputStillReads() throws Exception {
    try (DuplexStream stream = connection.dial(Endpoint.engine())) {
      stream.output().write(PING.getBytes(StandardCharsets.US_ASCII));
      stream.output().flush();
      stream.shutdownOutput();
      stream.shutdownOutput();
      assertThat(new String(stream.input().readAllBytes(), StandardCharsets.UTF_8)).endsWith("OK");
    }
  }

  @Test
  void manyStreamsAtOnce() throws Exception {
    ExecutorService threads = Executors.newFixedThreadPool(MANY);
    Queue<DuplexStream> streams = new ConcurrentLinkedQueue<>();
    try {
      List<Future<Boolean>> dialled = new ArrayList<>();
      for (int i = 0; i < MANY; i++) {
        dialled.add(threads.submit(() -> streams.add(connection.dial(Endpoint.engine()))));
      }
      for (Future<Boolean> one : dialled) {
        assertThat(one.get(60, TimeUnit.SECONDS)).isTrue();
      }
      List<Future<String>> answers = new ArrayList<>();
      for (DuplexStream stream : streams) {
        answers.add(threads.submit(() -> ping(stream)));
      }
      for (Future<String> answer : answers) {
        assertThat(answer.get(60, TimeUnit.SECONDS)).endsWith("OK");
      }
    } finally {
      streams.forEach(DuplexStream::close);
      threads.shutdownNow();
    }
  }

  @Test
  void aStreamThatNobodyReadsHoldsUpNoOtherAndNoMemory() throws Exception {
    int port = Flood.somePort();
    try (Execution flood = connection.exec(Flood.command(port));
        DuplexStream unread = Flood.dial(connection, port)) {
      long before = UsedMemory.now();
      Thread.sleep(1500);
      try (DuplexStream engine = connection.dial(Endpoint.engine());
          DuplexStream samePort = connection.dial(Endpoint.loopback(port))) {
        assertThat(ping(engine)).endsWith("OK");
        assertThat(samePort.input().readNBytes(1 << 20)).hasSize(1 << 20);
      }
      UsedMemory.isBoundedSince(before);
      assertThat(unread.input().readNBytes(8 << 20)).isEqualTo(new byte[8 << 20]);
      flood.cancel();
    }
  }

  @Test
  void aPortWhereNobodyListensIsAnErrorAndNotAnEmptyAnswer() {
    assertThatThrownBy(
            () -> {
              try (DuplexStream stream = connection.dial(Endpoint.loopback(1))) {
                int first = stream.input().read();
                throw new AssertionError("read " + first);
              }
            })
        .isInstanceOfAny(ConnectionException.class, IOException.class);
  }

  @Test
  void aClosedStreamFailsUnderItsReader() throws Exception {
    DuplexStream stream = connection.dial(Endpoint.engine());
    CompletableFuture<Long> reader = Drain.of(stream);
    Thread.sleep(200);
    stream.close();
    stream.close();
    assertThat(reader.get(60, TimeUnit.SECONDS)).isZero();
  }

  private static String ping(DuplexStream stream) throws IOException {
    stream.output().write(PING.getBytes(StandardCharsets.US_ASCII));
    stream.output().flush();
    return new String(stream.input().readAllBytes(), StandardCharsets.UTF_8);
  }
}
