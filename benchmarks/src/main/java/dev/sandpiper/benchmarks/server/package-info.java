/** A cheap peer: what it sends stands ready before anything is measured. */
@NullMarked
package dev.sandpiper.benchmarks.server;

import org.jspecify.annotations.NullMarked;
