package dev.sandpiper.testkit.blaxel.api;

import java.nio.file.Path;

/**
 * Where a sandbox keeps its files on this machine. All are real paths: no link leads to them.
 *
 * @param home the home of its user, where commands start and relative paths begin
 * @param logs what its clients know as {@code /var/log/sandbox-api}
 * @param wholeHost whether file calls may leave these directories and this machine's /tmp
 */
public record BlaxelPlaces(Path home, Path logs, boolean wholeHost) {}
