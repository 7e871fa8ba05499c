package dev.previews.gateway.proxy;

import io.netty.channel.Channel;

/**
 * A stream to a service that is one exchange's for now.
 *
 * @param channel speaks HTTP objects
 * @param handler the last one of its pipeline
 * @param reused whether it served another exchange before: the service may be about to end it
 */
record Upstream(Channel channel, UpstreamHandler handler, boolean reused) {}
