package dev.sandpiper.e2b.connect;

import okhttp3.Headers;

/**
 * The answer of a unary call that succeeded.
 *
 * @param head all headers, with the trailers among them
 */
public record ConnectAnswer<M>(M message, Headers head) {}
