/**
 * Sandboxes for unit tests: {@link dev.sandpiper.fake.FakeSandboxes} runs nothing and opens no
 * connection.
 */
@NullMarked
package dev.sandpiper.fake;

import org.jspecify.annotations.NullMarked;
