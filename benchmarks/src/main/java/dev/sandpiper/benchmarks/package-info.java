/** Holds our clients against floors and peers in the same run, and reports ratios. */
@NullMarked
package dev.sandpiper.benchmarks;

import org.jspecify.annotations.NullMarked;
