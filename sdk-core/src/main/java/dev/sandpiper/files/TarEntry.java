package dev.sandpiper.files;

/**
 * One entry of an archive, as its headers describe it. Only its format has been validated.
 *
 * @param name bytes that are not UTF-8 are written as {@code \xNN}
 * @param isText false if the name, or the link's target, is not UTF-8
 * @param size of the content that follows, in bytes
 * @param link the target of a link, or the earlier entry of a hard link; empty otherwise
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
