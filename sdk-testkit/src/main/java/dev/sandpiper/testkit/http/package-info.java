/** HTTP for the embedded servers: connections, requests, responses and their parts. */
@NullMarked
package dev.sandpiper.testkit.http;

import org.jspecify.annotations.NullMarked;
