/**
 * What every call to a sandbox's daemon shares: the table of calls, addresses, versions, errors.
 */
@NullMarked
package dev.sandpiper.e2b.envd;

import org.jspecify.annotations.NullMarked;
