/** Embedded local sandboxes for tests and first steps. */
@NullMarked
package dev.sandpiper.testkit;

import org.jspecify.annotations.NullMarked;
