package dev.previews.exec;

/**
 * What a command left behind.
 *
 * @param exitCode 0 when it succeeded; 128 + n when signal n ended it
 * @param stdout its standard output, as UTF-8
 * @param stderr its standard error, as UTF-8
 */
public record ExecResult(int exitCode, String stdout, String stderr) {}
