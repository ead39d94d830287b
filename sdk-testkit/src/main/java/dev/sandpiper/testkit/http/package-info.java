/** HTTP as the embedded servers speak it: connections, one request and its answer, their parts. */
@NullMarked
package dev.sandpiper.testkit.http;

import org.jspecify.annotations.NullMarked;
