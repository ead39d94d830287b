/**
 * Network faults for tests: a proxy between a client and a server of any kind, which does wrong
 * what a test tells it to.
 */
@NullMarked
package dev.sandpiper.testkit.faults;

import org.jspecify.annotations.NullMarked;
