/** The promises that every platform keeps, as tests for providers of sandboxes. */
@org.jspecify.annotations.NullMarked
package dev.sandpiper.testkit.contract;
