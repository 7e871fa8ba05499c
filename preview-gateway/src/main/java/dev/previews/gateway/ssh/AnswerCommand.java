package dev.previews.gateway.ssh;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.apache.sshd.common.io.IoInputStream;
import org.apache.sshd.common.io.IoOutputStream;
import org.apache.sshd.common.util.buffer.ByteArrayBuffer;
import org.apache.sshd.server.Environment;
import org.apache.sshd.server.ExitCallback;
import org.apache.sshd.server.channel.ChannelSession;
import org.apache.sshd.server.command.AsyncCommand;
import org.jspecify.annotations.Nullable;

/**
 * {@code hello} or {@code tunnel-url}. After its answer it stays for as long as its client has
 * tunnels, because OpenSSH's client leaves when its command ends.
 */
final class AnswerCommand implements AsyncCommand {
  private final GatewayAnswers answers;
  private final ClientConnection client;
  private final List<String> words;
  private @Nullable IoOutputStream out;
  private @Nullable ExitCallback exit;

  AnswerCommand(GatewayAnswers answers, ClientConnection client, String command) {
    this.answers = answers;
    this.client = client;
    this.words = Arrays.stream(command.trim().split(" +")).toList();
  }

  static boolean knows(String command) {
    return command.trim().equals("hello") || command.trim().startsWith("tunnel-url ");
  }

  @Override
  public void start(ChannelSession channel, Environment environment) {
    client
        .replies()
        .then(
            () -> {
              answer();
              return CompletableFuture.completedFuture(null);
            });
  }

  private void answer() {
    IoOutputStream stream = out;
    if (stream == null) {
      return;
    }
    String answer =
        words.get(0).equals("hello")
            ? answers.hello(client)
            : answers.tunnelUrls(client, words.subList(1, words.size()));
    try {
      stream
          .writeBuffer(new ByteArrayBuffer(answer.getBytes(StandardCharsets.UTF_8)))
          .addListener(written -> leave());
    } catch (IOException e) {
      leave();
    }
  }

  private void leave() {
    if (client.labels().isEmpty() && exit != null) {
      exit.onExit(0);
    }
  }

  @Override
  public void setIoOutputStream(IoOutputStream stream) {
    out = stream;
  }

  @Override
  public void setExitCallback(ExitCallback callback) {
    exit = callback;
  }

  @Override
  public void setIoInputStream(IoInputStream stream) {}

  @Override
  public void setIoErrorStream(IoOutputStream stream) {}

  @Override
  public void setInputStream(InputStream stream) {}

  @Override
  public void setOutputStream(OutputStream stream) {}

  @Override
  public void setErrorStream(OutputStream stream) {}

  @Override
  public void destroy(ChannelSession channel) {}
}
