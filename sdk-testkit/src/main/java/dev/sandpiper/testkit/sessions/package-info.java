/** E2B's old REST API, served on loopback with real processes. */
package dev.sandpiper.testkit.sessions;
