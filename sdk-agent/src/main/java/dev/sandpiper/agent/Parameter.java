package dev.sandpiper.agent;

/**
 * One argument of a tool.
 *
 * @param least the minimum of a number, or the minimum length of a text in characters
 * @param most the maximum of a number, or the maximum length of a text in characters
 */
record Parameter(String name, Type type, Need need, String description, long least, long most) {
  private static final int LONGEST_PATH = 4_096;
  private static final int LONGEST_SCRIPT = 100_000;
  private static final int LONGEST_TEXT = 4 << 20;

  enum Type {
    /** A text that becomes a path or a part of a command, so without NUL. */
    WORD("string"),
    TEXT("string"),
    INTEGER("integer"),
    FLAG("boolean");

    final String inSchema;

    Type(String inSchema) {
      this.inSchema = inSchema;
    }
  }

  enum Need {
    REQUIRED,
    OPTIONAL
  }

  static Parameter path(String name, Need need, String description) {
    return new Parameter(name, Type.WORD, need, description, 1, LONGEST_PATH);
  }

  static Parameter script(String name, String description) {
    return new Parameter(name, Type.WORD, Need.REQUIRED, description, 1, LONGEST_SCRIPT);
  }

  static Parameter text(String name, long least, String description) {
    return new Parameter(name, Type.TEXT, Need.REQUIRED, description, least, LONGEST_TEXT);
  }

  static Parameter integer(String name, Need need, String description, long least, long most) {
    return new Parameter(name, Type.INTEGER, need, description, least, most);
  }

  static Parameter flag(String name, String description) {
    return new Parameter(name, Type.FLAG, Need.OPTIONAL, description, 0, 0);
  }

  boolean isRequired() {
    return need == Need.REQUIRED;
  }

  /** The expected values, for the message about an invalid one. */
  String expected() {
    return switch (type) {
      case WORD -> "a string of " + least + " to " + most + " characters without NUL";
      case TEXT -> "a string of " + least + " to " + most + " characters";
      case INTEGER -> "an integer from " + least + " to " + most;
      case FLAG -> "true or false";
    };
  }
}
