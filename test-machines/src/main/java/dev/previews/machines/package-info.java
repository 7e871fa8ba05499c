/**
 * Where this project's integration tests get engines, clusters and hosts from: what {@code
 * PREVIEW_LAB_*} names ({@code lab/lab env} prints it), else containers of images that can be had.
 */
@org.jspecify.annotations.NullMarked
package dev.previews.machines;
