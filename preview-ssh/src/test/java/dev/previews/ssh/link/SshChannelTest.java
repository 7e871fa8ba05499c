package dev.previews.ssh.link;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.previews.ssh.config.HostName;
import dev.previews.ssh.config.HostSettings;
import dev.previews.ssh.config.SshOptions;
import java.lang.reflect.Proxy;
import java.net.Socket;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import net.schmizz.sshj.DefaultConfig;
import net.schmizz.sshj.SSHClient;
import net.schmizz.sshj.common.Message;
import net.schmizz.sshj.common.SSHPacket;
import net.schmizz.sshj.connection.Connection;
import net.schmizz.sshj.transport.Transport;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class SshChannelTest {
  private final List<Message> sent = new CopyOnWriteArrayList<>();

  /** Its place would be taken for ever, and the connection never idle. */
  @Test
  void aSessionThatOpensAfterItWasGivenUpIsClosedAndNotCounted() throws Exception {
    AtomicInteger opened = new AtomicInteger();
    SessionChannel channel = new SessionChannel(link(), connection(), opened::incrementAndGet);
    channel.close();
    channel.init(7, 1 << 20, 1 << 15);
    await().untilAsserted(() -> assertThat(sent).contains(Message.CHANNEL_CLOSE));
    assertThat(opened).hasValue(0);
    assertThat(channel.wasOpened()).isFalse();
    channel.handle(Message.CHANNEL_CLOSE, new SSHPacket());
    assertThat(channel.over()).isCompleted();
  }

  @Test
  void oneThatOpensInTimeIsCounted() throws Exception {
    AtomicInteger opened = new AtomicInteger();
    SessionChannel channel = new SessionChannel(link(), connection(), opened::incrementAndGet);
    channel.init(7, 1 << 20, 1 << 15);
    assertThat(opened).hasValue(1);
    channel.close();
    await().untilAsserted(() -> assertThat(sent).contains(Message.CHANNEL_CLOSE));
  }

  private static SshLink link() {
    HostSettings settings =
        HostSettings.resolve(
            HostName.parse("root@box"),
            SshOptions.usual(Path.of("/")).with(draft -> draft.configFiles = List.of()));
    return new SshLink(settings, new SSHClient(), new Socket(), new Silence());
  }

  private Connection connection() {
    Transport transport =
        (Transport)
            Proxy.newProxyInstance(
                Transport.class.getClassLoader(),
                new Class<?>[] {Transport.class},
                (proxy, method, arguments) ->
                    switch (method.getName()) {
                      case "getConfig" -> new DefaultConfig();
                      case "isRunning" -> true;
                      case "write" -> {
                        sent.add(Message.fromByte(((SSHPacket) arguments[0]).array()[5]));
                        yield 0L;
                      }
                      default -> nothing(method.getReturnType());
                    });
    return (Connection)
        Proxy.newProxyInstance(
            Connection.class.getClassLoader(),
            new Class<?>[] {Connection.class},
            (proxy, method, arguments) ->
                switch (method.getName()) {
                  case "getTransport" -> transport;
                  case "getWindowSize" -> 1L << 20;
                  case "getMaxPacketSize" -> 1 << 15;
                  default -> nothing(method.getReturnType());
                });
  }

  private static @Nullable Object nothing(Class<?> type) {
    if (type == int.class) {
      return 0;
    }
    if (type == long.class) {
      return 0L;
    }
    return type == boolean.class ? Boolean.FALSE : null;
  }
}
