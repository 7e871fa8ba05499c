package dev.previews.compose.files;

import java.util.Map;

/**
 * What stands at the far end.
 *
 * @param moment when, in seconds of its own clock
 * @param entries by path; only those that were asked for
 */
record FarState(long moment, Map<String, FarStat> entries) {}
