/**
 * Environments with a machine of their own, which a provider makes: the contract for providers of
 * virtual machines, and the driver on top of it.
 */
@NullMarked
package dev.previews.ssh.vm;

import org.jspecify.annotations.NullMarked;
