/** Embedded local sandboxes for tests and first steps. */
package dev.sandpiper.testkit;
