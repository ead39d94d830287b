package dev.sandpiper;

/** The type of an entry of a sandbox's filesystem. */
public enum FileType {
  FILE,
  DIRECTORY,
  /** A symbolic link, whatever its target. */
  LINK,
  /** A pipe, a socket or a device. */
  OTHER,
  /** Not a directory; the platform reports nothing more specific. */
  UNKNOWN
}
