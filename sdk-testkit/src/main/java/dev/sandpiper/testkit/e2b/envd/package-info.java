/** The daemon of each sandbox of the embedded E2B: its services and its file transfers. */
@NullMarked
package dev.sandpiper.testkit.e2b.envd;

import org.jspecify.annotations.NullMarked;
