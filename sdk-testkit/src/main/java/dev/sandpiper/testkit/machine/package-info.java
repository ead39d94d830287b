/** The machine for the embedded servers: processes, files, users and secrets. */
@NullMarked
package dev.sandpiper.testkit.machine;

import org.jspecify.annotations.NullMarked;
