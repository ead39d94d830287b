/** What is measured on the embedded servers, in one JVM with them. */
@NullMarked
package dev.sandpiper.benchmarks.local;

import org.jspecify.annotations.NullMarked;
