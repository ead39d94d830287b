/**
 * The transport: one narrow interface over OkHttp, {@link dev.sandpiper.http.HttpTransport}, with
 * one thin layer for each concern around it. For the sister modules only.
 */
package dev.sandpiper.http;
