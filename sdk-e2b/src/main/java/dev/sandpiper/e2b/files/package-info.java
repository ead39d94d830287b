/** The files of a sandbox: reads, writes, listings and watches. */
@NullMarked
package dev.sandpiper.e2b.files;

import org.jspecify.annotations.NullMarked;
