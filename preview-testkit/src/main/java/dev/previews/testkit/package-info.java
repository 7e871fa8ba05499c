/** The contract tests that every driver and connection must pass. */
@NullMarked
package dev.previews.testkit;

import org.jspecify.annotations.NullMarked;
