package dev.previews.compose.files;

import java.util.Map;

/**
 * What stands at the far end.
 *
 * @param digest which it computes fastest
 * @param moment when, in seconds of its own clock
 * @param entries by path; only those that were asked for
 */
record FarState(FarDigest digest, long moment, Map<String, FarStat> entries) {}
