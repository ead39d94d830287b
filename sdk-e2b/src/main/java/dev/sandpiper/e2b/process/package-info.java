/** Commands and terminals in a sandbox: starting, following, stopping and finding them. */
@NullMarked
package dev.sandpiper.e2b.process;

import org.jspecify.annotations.NullMarked;
