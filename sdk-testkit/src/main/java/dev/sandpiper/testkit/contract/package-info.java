/** What every platform keeps, as tests that a provider of sandboxes runs against itself. */
@org.jspecify.annotations.NullMarked
package dev.sandpiper.testkit.contract;
