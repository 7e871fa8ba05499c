/**
 * SSH connections to a host and the channels in them. The only package that knows sshj; what leaves
 * it are sessions and streams.
 */
@NullMarked
package dev.previews.ssh.link;

import org.jspecify.annotations.NullMarked;
