/** E2B behind the Sandpiper API: {@link dev.sandpiper.e2b.E2bClient}, and what only E2B has. */
package dev.sandpiper.e2b;
