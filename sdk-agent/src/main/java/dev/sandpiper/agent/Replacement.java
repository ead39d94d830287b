package dev.sandpiper.agent;

/** An exact replacement, or the reason why it is not made. */
record Replacement(String oldText, String newText, boolean replacesAll) {

  boolean applies(Occurrences found) {
    return !oldText.equals(newText) && (found.count() == 1 || (found.count() > 1 && replacesAll));
  }

  /** How many characters the file would have after it. */
  long lengthOf(String file, Occurrences found) {
    return file.length() + (long) found.count() * (newText.length() - oldText.length());
  }

  String refusal(String path, String file, Occurrences found) {
    String nothing = "Nothing was changed in " + path + ": ";
    if (oldText.equals(newText)) {
      return nothing + "old_text and new_text are the same.";
    }
    if (found.count() > 1) {
      return nothing
          + "old_text has "
          + found
          + ". Make it longer, so that it occurs once, or set replace_all.";
    }
    return nothing + "old_text does not occur in it. " + hint(file);
  }

  private String hint(String file) {
    if (file.replace("\r\n", "\n").contains(oldText)) {
      return "The lines of the file end with \\r\\n: write old_text so, and new_text too.";
    }
    return file.contains(oldText.strip())
        ? "It occurs with other white space around it: copy that from read_file exactly."
        : "Read the file, and copy the text exactly, with its white space but without the line"
            + " numbers.";
  }
}
