package dev.sandpiper;

/** The type of an entry of a sandbox's filesystem. */
public enum FileType {
  FILE,
  DIRECTORY,
  /** A symbolic link, whatever it leads to. */
  LINK,
  /** A pipe, a socket, a device. */
  OTHER,
  /** No directory; the platform says no more than that. */
  UNKNOWN
}
