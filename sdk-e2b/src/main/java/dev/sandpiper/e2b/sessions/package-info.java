/**
 * E2B's first REST API, {@code /sessions}, which some self-hosted installations still speak. It has
 * lines instead of bytes, reports no exit and cannot list anything: {@link
 * dev.sandpiper.Capability} names what is absent here.
 */
@NullMarked
package dev.sandpiper.e2b.sessions;

import org.jspecify.annotations.NullMarked;
