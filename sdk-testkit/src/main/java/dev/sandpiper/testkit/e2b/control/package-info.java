/** E2B's REST interface for sandboxes. */
@NullMarked
package dev.sandpiper.testkit.e2b.control;

import org.jspecify.annotations.NullMarked;
