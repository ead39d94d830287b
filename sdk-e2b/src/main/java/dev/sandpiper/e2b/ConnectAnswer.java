package dev.sandpiper.e2b;

import okhttp3.Headers;

/**
 * The answer of a unary call that succeeded.
 *
 * @param head all headers, with the trailers among them
 */
record ConnectAnswer<M>(M message, Headers head) {}
