/** The Connect protocol's messages as the embedded E2B reads and writes them, in both codecs. */
@NullMarked
package dev.sandpiper.testkit.e2b.connect;

import org.jspecify.annotations.NullMarked;
