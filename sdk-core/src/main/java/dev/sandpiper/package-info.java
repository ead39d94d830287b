/**
 * Cloud sandboxes as three nouns and {@code exec}: {@link dev.sandpiper.Sandbox}, {@link
 * dev.sandpiper.Process}, {@link dev.sandpiper.Filesystem}.
 *
 * <p>Every verb here blocks and is remote. Nothing returns null unless it says so, paths inside a
 * sandbox are POSIX text, paths on the caller's side are {@link java.nio.file.Path}, and failures
 * are {@link dev.sandpiper.SandboxException}s.
 */
@NullMarked
package dev.sandpiper;

import org.jspecify.annotations.NullMarked;
