/** Commands and streams on a host, as the contract of connections has them. */
@NullMarked
package dev.previews.ssh.connection;

import org.jspecify.annotations.NullMarked;
