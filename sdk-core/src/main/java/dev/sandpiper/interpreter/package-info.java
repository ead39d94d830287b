/**
 * Runs code in persistent kernels: {@link dev.sandpiper.interpreter.CodeInterpreter}, with results
 * like a notebook's. Available in sandboxes of both platforms whose image contains the service.
 */
@NullMarked
package dev.sandpiper.interpreter;

import org.jspecify.annotations.NullMarked;
