package dev.sandpiper.files;

/**
 * One entry of an archive, as its header says; nothing of it has been checked but its shape.
 *
 * @param name with {@code \xNN} in it where it is not UTF-8
 * @param isText false if the name, or the link's target, is not UTF-8
 * @param size of the content that follows, in bytes
 * @param link what a link leads to, or which earlier entry a hard link is; empty for the rest
 */
record TarEntry(String name, boolean isText, Kind kind, long size, int mode, String link) {

  enum Kind {
    FILE,
    HARD_LINK,
    LINK,
    DIRECTORY,
    /** Devices and pipes. */
    SPECIAL
  }
}
