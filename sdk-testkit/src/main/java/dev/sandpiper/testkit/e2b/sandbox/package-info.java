/** The sandboxes of the embedded E2B: their lives, templates and snapshots. */
@NullMarked
package dev.sandpiper.testkit.e2b.sandbox;

import org.jspecify.annotations.NullMarked;
