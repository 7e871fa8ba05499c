package dev.previews.gateway.proxy;

import dev.previews.gateway.tunnels.StreamUse;
import dev.previews.gateway.tunnels.Tunnel;
import dev.previews.gateway.tunnels.TunnelStream;
import io.netty.buffer.ByteBuf;
import io.netty.channel.AbstractChannel;
import io.netty.channel.ChannelConfig;
import io.netty.channel.ChannelException;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelMetadata;
import io.netty.channel.ChannelOutboundBuffer;
import io.netty.channel.ChannelPromise;
import io.netty.channel.DefaultChannelConfig;
import io.netty.channel.EventLoop;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.channel.socket.DuplexChannel;
import java.net.ConnectException;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.nio.channels.ClosedChannelException;
import java.util.ArrayDeque;
import java.util.Queue;
import org.jspecify.annotations.Nullable;

/**
 * A stream through a tunnel as a Netty channel, so that Netty's codecs run on it. What nobody reads
 * fills the stream's window and no more; one write is under way at a time.
 */
final class TunnelChannel extends AbstractChannel implements DuplexChannel {
  private static final ChannelMetadata METADATA = new ChannelMetadata(false);
  private static final int LARGEST_WRITE = 64 * 1024;

  private final ChannelConfig config = new DefaultChannelConfig(this);
  private final Tunnel tunnel;
  private final InetSocketAddress origin;
  private final StreamUse use;
  private final Queue<ByteBuf> received = new ArrayDeque<>();
  private @Nullable TunnelStream stream;
  private @Nullable ChannelPromise opening;
  private boolean open = true;
  private boolean active;
  private boolean reading;
  private boolean delivering;
  private boolean writing;
  private boolean inputEnded;
  private boolean inputEndTold;
  private boolean outputEnded;
  private boolean closedByPeer;

  TunnelChannel(Tunnel tunnel, InetSocketAddress origin, StreamUse use) {
    super(null);
    this.tunnel = tunnel;
    this.origin = origin;
    this.use = use;
  }

  /** Opens the stream; call it once, when registered, on the event loop. */
  ChannelFuture openStream() {
    ChannelPromise promise = newPromise();
    opening = promise;
    stream = tunnel.open(origin, use, new Events());
    return promise;
  }

  private final class Events implements TunnelStream.Listener {
    @Override
    public void opened() {
      onLoop(TunnelChannel.this::becomeActive);
    }

    @Override
    public void refused(String reason) {
      onLoop(() -> fail(new ConnectException(reason)));
    }

    @Override
    public void received(byte[] bytes, int offset, int length) {
      ByteBuf copy = alloc().buffer(length).writeBytes(bytes, offset, length);
      onLoop(() -> enqueue(copy));
    }

    @Override
    public void ended() {
      onLoop(
          () -> {
            inputEnded = true;
            deliver();
          });
    }

    @Override
    public void closed() {
      onLoop(
          () -> {
            closedByPeer = true;
            fail(new ClosedChannelException());
            deliver();
          });
    }
  }

  private void onLoop(Runnable work) {
    eventLoop().execute(work);
  }

  private void becomeActive() {
    ChannelPromise promise = opening;
    opening = null;
    if (!open || promise == null) {
      doClose();
      return;
    }
    active = true;
    pipeline().fireChannelActive(); // first: HTTP/2 begins with a preface
    promise.trySuccess();
  }

  private void fail(Throwable cause) {
    ChannelPromise promise = opening;
    if (promise != null) {
      opening = null;
      promise.tryFailure(cause);
      unsafe().close(voidPromise());
    }
  }

  private void enqueue(ByteBuf bytes) {
    if (!open) {
      bytes.release();
      return;
    }
    received.add(bytes);
    deliver();
  }

  @Override
  protected void doBeginRead() {
    reading = true;
    deliver();
  }

  private void deliver() {
    if (delivering) {
      return;
    }
    delivering = true;
    try {
      while (reading && open) {
        ByteBuf bytes = received.poll();
        if (bytes == null) {
          break;
        }
        reading = false;
        consumed(bytes.readableBytes());
        pipeline().fireChannelRead(bytes);
        pipeline().fireChannelReadComplete();
      }
      if (received.isEmpty() && open) {
        tellEnd();
      }
    } finally {
      delivering = false;
    }
  }

  private void tellEnd() {
    if ((inputEnded || closedByPeer) && !inputEndTold && active) {
      inputEndTold = true;
      pipeline().fireUserEventTriggered(ChannelInputShutdownEvent.INSTANCE);
    }
    if (closedByPeer && open) {
      unsafe().close(voidPromise());
    }
  }

  private void consumed(int bytes) {
    TunnelStream current = stream;
    if (current != null) {
      current.consumed(bytes);
    }
  }

  @Override
  protected void doWrite(ChannelOutboundBuffer out) throws Exception {
    TunnelStream current = stream;
    if (writing || current == null) {
      return;
    }
    byte[] bytes =
        new byte[(int) Math.min(LARGEST_WRITE, Math.max(1, out.totalPendingWriteBytes()))];
    int[] length = new int[1];
    out.forEachFlushedMessage(
        message -> {
          ByteBuf buffer = (ByteBuf) message;
          int part = Math.min(buffer.readableBytes(), bytes.length - length[0]);
          buffer.getBytes(buffer.readerIndex(), bytes, length[0], part);
          length[0] += part;
          return part == buffer.readableBytes();
        });
    if (length[0] == 0) {
      out.removeBytes(0);
      return;
    }
    writing = true;
    current.write(bytes, length[0], failure -> onLoop(() -> written(length[0], failure)));
  }

  private void written(int bytes, @Nullable Throwable failure) {
    ChannelOutboundBuffer out = unsafe().outboundBuffer();
    if (out == null) {
      return;
    }
    if (failure != null) {
      unsafe().close(voidPromise());
      return;
    }
    out.removeBytes(bytes); // may call listeners, who may flush: not before all is removed
    writing = false;
    ((TunnelUnsafe) unsafe()).goOn();
  }

  @Override
  protected Object filterOutboundMessage(Object message) {
    if (message instanceof ByteBuf) {
      return message;
    }
    throw new UnsupportedOperationException("only bytes go through a tunnel");
  }

  @Override
  protected void doClose() {
    open = false;
    active = false;
    TunnelStream current = stream;
    if (current != null) {
      current.close();
    }
    ByteBuf bytes;
    while ((bytes = received.poll()) != null) {
      bytes.release();
    }
  }

  @Override
  protected void doDisconnect() {
    doClose();
  }

  @Override
  protected void doShutdownOutput() {
    outputEnded = true;
    TunnelStream current = stream;
    if (current != null) {
      current.endOutput();
    }
  }

  @Override
  protected void doBind(SocketAddress local) {
    throw new UnsupportedOperationException();
  }

  @Override
  protected AbstractUnsafe newUnsafe() {
    return new TunnelUnsafe();
  }

  private final class TunnelUnsafe extends AbstractUnsafe {
    @Override
    public void connect(SocketAddress remote, SocketAddress local, ChannelPromise promise) {
      promise.setFailure(new UnsupportedOperationException());
    }

    void goOn() {
      flush0();
    }
  }

  @Override
  protected boolean isCompatible(EventLoop loop) {
    return true;
  }

  @Override
  public ChannelConfig config() {
    return config;
  }

  @Override
  public boolean isOpen() {
    return open;
  }

  @Override
  public boolean isActive() {
    return active;
  }

  @Override
  public ChannelMetadata metadata() {
    return METADATA;
  }

  @Override
  protected SocketAddress localAddress0() {
    return origin;
  }

  @Override
  protected SocketAddress remoteAddress0() {
    return InetSocketAddress.createUnresolved(tunnel.label(), 0);
  }

  @Override
  public boolean isInputShutdown() {
    return inputEndTold || !open;
  }

  @Override
  public boolean isOutputShutdown() {
    return outputEnded || !open;
  }

  @Override
  public boolean isShutdown() {
    return isInputShutdown() && isOutputShutdown();
  }

  @Override
  public ChannelFuture shutdownOutput() {
    return shutdownOutput(newPromise());
  }

  @Override
  public ChannelFuture shutdownOutput(ChannelPromise promise) {
    if (eventLoop().inEventLoop()) {
      ((AbstractUnsafe) unsafe()).shutdownOutput(promise);
    } else {
      onLoop(() -> ((AbstractUnsafe) unsafe()).shutdownOutput(promise));
    }
    return promise;
  }

  @Override
  public ChannelFuture shutdownInput() {
    return shutdownInput(newPromise());
  }

  @Override
  public ChannelFuture shutdownInput(ChannelPromise promise) {
    return promise.setFailure(new ChannelException("the input ends when the service ends it"));
  }

  @Override
  public ChannelFuture shutdown() {
    return close();
  }

  @Override
  public ChannelFuture shutdown(ChannelPromise promise) {
    return close(promise);
  }
}
