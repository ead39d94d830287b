/**
 * Code that runs in kept kernels: {@link dev.sandpiper.interpreter.CodeInterpreter}, with results
 * as a notebook shows them. Sandboxes of both platforms have one where their image serves it.
 */
@NullMarked
package dev.sandpiper.interpreter;

import org.jspecify.annotations.NullMarked;
