@NullMarked
package dev.sandpiper.benchmarks;

import org.jspecify.annotations.NullMarked;
