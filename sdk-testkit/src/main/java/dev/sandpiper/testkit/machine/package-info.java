/** This machine as the embedded servers use it: its processes, files, users and secrets. */
package dev.sandpiper.testkit.machine;
