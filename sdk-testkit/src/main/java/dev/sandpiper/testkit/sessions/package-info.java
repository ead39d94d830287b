/** E2B's old REST API, served on loopback with real processes. */
@NullMarked
package dev.sandpiper.testkit.sessions;

import org.jspecify.annotations.NullMarked;
