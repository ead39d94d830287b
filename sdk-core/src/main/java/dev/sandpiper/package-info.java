/**
 * Cloud sandboxes as three nouns and {@code exec}: {@link dev.sandpiper.Sandbox}, {@link
 * dev.sandpiper.Process}, {@link dev.sandpiper.Filesystem}.
 *
 * <p>Every operation is remote and blocks. No method returns null unless its documentation says so.
 * Paths inside a sandbox are POSIX text, paths on the caller's side are {@link java.nio.file.Path},
 * and failures are {@link dev.sandpiper.SandboxException}s.
 */
@NullMarked
package dev.sandpiper;

import org.jspecify.annotations.NullMarked;
