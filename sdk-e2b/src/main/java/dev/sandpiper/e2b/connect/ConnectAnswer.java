package dev.sandpiper.e2b.connect;

import okhttp3.Headers;

/**
 * The response of a successful unary call.
 *
 * @param head all headers, including the trailers
 */
public record ConnectAnswer<M>(M message, Headers head) {}
