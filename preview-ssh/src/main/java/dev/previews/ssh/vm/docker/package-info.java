/** Machines that are privileged containers of the Docker engine at hand. */
@NullMarked
package dev.previews.ssh.vm.docker;

import org.jspecify.annotations.NullMarked;
