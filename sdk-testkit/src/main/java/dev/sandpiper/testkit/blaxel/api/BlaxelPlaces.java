package dev.sandpiper.testkit.blaxel.api;

import java.nio.file.Path;

/**
 * The directories of a sandbox on this machine. All are real paths, without links.
 *
 * @param home the home of its user, where commands start and relative paths begin
 * @param logs the directory that its clients see as {@code /var/log/sandbox-api}
 * @param wholeHost whether file calls may access files outside these directories and this machine's
 *     /tmp
 */
public record BlaxelPlaces(Path home, Path logs, boolean wholeHost) {}
