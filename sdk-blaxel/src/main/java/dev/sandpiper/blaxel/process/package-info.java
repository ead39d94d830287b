/** Processes in a sandbox: their start, output, input and end. */
@NullMarked
package dev.sandpiper.blaxel.process;

import org.jspecify.annotations.NullMarked;
