/** Blaxel on this machine: the control plane, and the server that runs in every sandbox. */
@NullMarked
package dev.sandpiper.testkit.blaxel;

import org.jspecify.annotations.NullMarked;
