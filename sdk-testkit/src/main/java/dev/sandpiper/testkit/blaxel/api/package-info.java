/** What the parts of the embedded sandbox-api share: its JSON, its answers and its places. */
@NullMarked
package dev.sandpiper.testkit.blaxel.api;

import org.jspecify.annotations.NullMarked;
