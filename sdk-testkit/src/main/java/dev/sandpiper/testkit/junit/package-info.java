/** Local sandboxes as parameters of JUnit tests. */
@NullMarked
package dev.sandpiper.testkit.junit;

import org.jspecify.annotations.NullMarked;
