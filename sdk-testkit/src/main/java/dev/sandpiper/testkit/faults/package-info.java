/**
 * Network faults for tests: a proxy between a client and any server, which injects the faults that
 * a test plans.
 */
@NullMarked
package dev.sandpiper.testkit.faults;

import org.jspecify.annotations.NullMarked;
