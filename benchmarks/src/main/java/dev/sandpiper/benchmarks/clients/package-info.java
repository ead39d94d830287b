/** What is measured: one program each, in a JVM of its own, that prints its figures at the end. */
@NullMarked
package dev.sandpiper.benchmarks.clients;

import org.jspecify.annotations.NullMarked;
