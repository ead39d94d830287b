/**
 * What every provider's code interpreter shares: the requests, the messages of a run and what they
 * hold.
 */
@NullMarked
package dev.sandpiper.kernel;

import org.jspecify.annotations.NullMarked;
