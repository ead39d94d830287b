/**
 * The transport: {@link dev.sandpiper.http.HttpTransport}, a narrow interface over OkHttp, with one
 * thin layer for each concern. Exported to the sister modules only.
 */
@NullMarked
package dev.sandpiper.http;

import org.jspecify.annotations.NullMarked;
