/**
 * The transport: one narrow interface over OkHttp, {@link dev.sandpiper.http.HttpTransport}, with
 * one thin layer for each concern around it. For the sister modules only.
 */
@NullMarked
package dev.sandpiper.http;

import org.jspecify.annotations.NullMarked;
