package dev.previews.gateway.ssh;

import dev.previews.gateway.tunnels.StreamUse;
import dev.previews.gateway.tunnels.TunnelStream;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.function.Consumer;
import org.apache.sshd.client.channel.AbstractClientChannel;
import org.apache.sshd.client.future.DefaultOpenFuture;
import org.apache.sshd.client.future.OpenFuture;
import org.apache.sshd.common.SshConstants;
import org.apache.sshd.common.channel.ChannelAsyncOutputStream;
import org.apache.sshd.common.channel.exception.SshChannelOpenException;
import org.apache.sshd.common.session.ConnectionService;
import org.apache.sshd.common.session.Session;
import org.apache.sshd.common.util.buffer.Buffer;
import org.apache.sshd.common.util.buffer.ByteArrayBuffer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A channel that the gateway opens to a client's service. */
final class SshStream extends AbstractClientChannel implements TunnelStream {
  private static final Logger logger = LoggerFactory.getLogger(SshStream.class);

  /** Of a stream that may be idle for its whole life. */
  static final long UPGRADE_WINDOW = 4096;

  private final ForwardTarget target;
  private final InetSocketAddress origin;
  private final StreamUse use;
  private final Listener listener;
  private final FirstWindow window;

  SshStream(ForwardTarget target, InetSocketAddress origin, StreamUse use, Listener listener) {
    super(target.channelType());
    this.target = target;
    this.origin = origin;
    this.use = use;
    this.listener = listener;
    this.window = new FirstWindow(getLocalWindow());
    setStreaming(Streaming.Async);
  }

  /** Opens it on a session; the listener hears of its fate. */
  void openOn(Session session) {
    try {
      ConnectionService service = session.getService(ConnectionService.class);
      service.registerChannel(this);
      if (use == StreamUse.UPGRADE) {
        window.begin(UPGRADE_WINDOW);
      }
      addCloseFutureListener(closed -> listener.closed());
      open()
          .addListener(
              answer -> {
                if (!answer.isOpened()) {
                  listener.refused(reason(answer.getException()));
                }
              });
    } catch (IOException | RuntimeException e) {
      listener.refused(reason(e));
    }
  }

  private static String reason(@Nullable Throwable failure) {
    if (failure instanceof SshChannelOpenException refused) {
      return "the client refused: " + refused.getMessage();
    }
    return "the client's connection failed" + (failure == null ? "" : ": " + failure.getMessage());
  }

  @Override
  public synchronized OpenFuture open() throws IOException {
    if (isClosing()) {
      throw new IOException("the channel is closed");
    }
    DefaultOpenFuture future = new DefaultOpenFuture(toString(), futureLock);
    openFuture = future;
    Buffer opening = getSession().createBuffer(SshConstants.SSH_MSG_CHANNEL_OPEN, 256);
    opening.putString(target.channelType());
    opening.putUInt(getChannelId());
    opening.putUInt(getLocalWindow().getSize());
    opening.putUInt(getLocalWindow().getPacketSize());
    target.describe(opening, origin);
    writePacket(opening);
    return future;
  }

  @Override
  protected void doOpen() {
    asyncIn = new ChannelAsyncOutputStream(this, SshConstants.SSH_MSG_CHANNEL_DATA);
    listener.opened();
  }

  @Override
  protected void doWriteData(byte[] data, int offset, long length) {
    if (!isClosing()) {
      listener.received(data, offset, (int) length);
    }
  }

  @Override
  protected void doWriteExtendedData(byte[] data, int offset, long length) throws IOException {
    window.used(length); // a forwarded stream has no second output
  }

  @Override
  public void handleEof() throws IOException {
    super.handleEof();
    listener.ended();
  }

  @Override
  public void write(byte[] bytes, int length, Consumer<@Nullable Throwable> done) {
    try {
      asyncIn
          .writeBuffer(new ByteArrayBuffer(bytes, 0, length))
          .addListener(
              written ->
                  done.accept(
                      written.isWritten()
                          ? null
                          : new IOException("not sent", written.getException())));
    } catch (IOException | RuntimeException e) {
      done.accept(e);
    }
  }

  @Override
  public void consumed(int bytes) {
    try {
      if (!isClosing()) {
        window.used(bytes);
      }
    } catch (IOException e) {
      logger.debug("{}: its window cannot be widened: {}", target.name(), e.toString());
      close();
    }
  }

  @Override
  public void endOutput() {
    try {
      sendEof();
    } catch (IOException e) {
      logger.debug("{}: its end cannot be sent: {}", target.name(), e.toString());
      close();
    }
  }

  /** What was not sent yet is dropped; the client is told, so that it lets go of the service. */
  @Override
  public void close() {
    ChannelAsyncOutputStream out = asyncIn;
    if (out != null) {
      out.close(true);
    }
    close(false);
  }
}
