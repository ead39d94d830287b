/** The files of a sandbox: reads, writes and listings. */
@NullMarked
package dev.sandpiper.blaxel.files;

import org.jspecify.annotations.NullMarked;
