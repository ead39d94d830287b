/** E2B behind the Sandpiper API: {@link dev.sandpiper.e2b.E2bClient}, and what only E2B has. */
@NullMarked
package dev.sandpiper.e2b;

import org.jspecify.annotations.NullMarked;
