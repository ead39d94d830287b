/** The processes of one sandbox of the embedded Blaxel, with their logs and streams. */
@NullMarked
package dev.sandpiper.testkit.blaxel.process;

import org.jspecify.annotations.NullMarked;
