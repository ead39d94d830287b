package dev.sandpiper;

/** The type of an entry of a sandbox's filesystem. */
public enum FileType {
  FILE,
  DIRECTORY,
  /** A symbolic link, whatever it leads to. */
  LINK,
  /** A pipe, a socket, a device. */
  OTHER,
  /** Not a directory; the platform reports no more than that. */
  UNKNOWN
}
