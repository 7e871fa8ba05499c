/**
 * Environments for tests: {@link dev.previews.junit.PreviewEnvironment} on a class, or a {@link
 * dev.previews.junit.PreviewExtension} in a field.
 */
@NullMarked
package dev.previews.junit;

import org.jspecify.annotations.NullMarked;
