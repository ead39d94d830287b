/** The Sandpiper API for E2B: {@link dev.sandpiper.e2b.E2bClient}, and features specific to E2B. */
@NullMarked
package dev.sandpiper.e2b;

import org.jspecify.annotations.NullMarked;
