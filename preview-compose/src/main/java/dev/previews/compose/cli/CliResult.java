package dev.previews.compose.cli;

/**
 * What a call left behind.
 *
 * @param exitCode 0 when it succeeded
 * @param stdout its standard output as UTF-8; empty when its lines were listened to
 * @param tail the last lines that it printed: of its standard error, or of both streams when its
 *     lines were listened to
 */
public record CliResult(int exitCode, String stdout, String tail) {}
