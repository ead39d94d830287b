/** Blaxel: the client and what only Blaxel has. */
package dev.sandpiper.blaxel;
