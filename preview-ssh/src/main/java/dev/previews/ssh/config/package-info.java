/** What the user said of a host: in the program, in OpenSSH's files. Opens no connection. */
@NullMarked
package dev.previews.ssh.config;

import org.jspecify.annotations.NullMarked;
