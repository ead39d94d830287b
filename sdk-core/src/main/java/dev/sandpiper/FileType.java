package dev.sandpiper;

/** What a name in a sandbox's filesystem stands for. */
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
