/** The Connect protocol: unary calls, streams and the two codecs of its messages. */
@NullMarked
package dev.sandpiper.e2b.connect;

import org.jspecify.annotations.NullMarked;
