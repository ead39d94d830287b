/** What the tests of several modules share. */
@NullMarked
package dev.sandpiper.testing;

import org.jspecify.annotations.NullMarked;
