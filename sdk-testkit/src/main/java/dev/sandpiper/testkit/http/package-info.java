/** HTTP as the embedded servers speak it: connections, one request and its answer, their parts. */
package dev.sandpiper.testkit.http;
