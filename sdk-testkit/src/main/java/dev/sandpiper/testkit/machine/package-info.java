/** This machine as the embedded servers use it: its processes, files, users and secrets. */
@NullMarked
package dev.sandpiper.testkit.machine;

import org.jspecify.annotations.NullMarked;
