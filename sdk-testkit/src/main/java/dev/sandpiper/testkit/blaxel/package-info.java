/** Blaxel on this machine: the control plane, and the server that runs in every sandbox. */
package dev.sandpiper.testkit.blaxel;
