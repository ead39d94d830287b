/** The files of one sandbox of the embedded E2B: entries, changes and watches. */
@NullMarked
package dev.sandpiper.testkit.e2b.files;

import org.jspecify.annotations.NullMarked;
