/**
 * E2B's first REST API, {@code /sessions}, which some self-hosted installations still use. It has
 * lines instead of bytes, reports no exit status and cannot list anything: {@link
 * dev.sandpiper.Capability} names the missing features.
 */
@NullMarked
package dev.sandpiper.e2b.sessions;

import org.jspecify.annotations.NullMarked;
