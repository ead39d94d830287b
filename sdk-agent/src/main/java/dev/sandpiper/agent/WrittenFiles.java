package dev.sandpiper.agent;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.sandpiper.Capability;
import dev.sandpiper.Content;
import dev.sandpiper.Sandbox;
import dev.sandpiper.WriteOptions;
import java.nio.charset.CharacterCodingException;
import java.util.concurrent.locks.ReentrantLock;

/**
 * {@code write_file} and {@code edit_file}. They exclude each other: of two concurrent edits of one
 * file, by whatever paths, the second sees the result of the first.
 */
final class WrittenFiles {
  private static final int MOST_BYTES = 8 << 20;

  private final Sandbox sandbox;
  private final ToolPaths paths;
  private final ReentrantLock writing = new ReentrantLock();

  WrittenFiles(Sandbox sandbox, ToolPaths paths) {
    this.sandbox = sandbox;
    this.paths = paths;
  }

  ToolResult write(Arguments arguments) throws InvalidArgumentsException, InterruptedException {
    String path = paths.usable(arguments.text("path"));
    String content = arguments.text("content");
    writing.lockInterruptibly();
    try {
      replace(path, content);
    } finally {
      writing.unlock();
    }
    return ToolResult.of(
        "Wrote " + content.getBytes(UTF_8).length + " bytes to " + ToolPaths.shown(path) + ".");
  }

  ToolResult edit(Arguments arguments) throws InvalidArgumentsException, InterruptedException {
    String path = paths.usable(arguments.text("path"));
    Replacement replacement =
        new Replacement(
            arguments.text("old_text"), arguments.text("new_text"), arguments.flag("replace_all"));
    writing.lockInterruptibly();
    try {
      String before = text(path);
      Occurrences found = Occurrences.of(replacement.oldText(), before);
      if (!replacement.applies(found)) {
        return ToolResult.error(replacement.refusal(ToolPaths.shown(path), before, found));
      }
      if (replacement.lengthOf(before, found) > MOST_BYTES) {
        return ToolResult.error(
            "Nothing was changed: the file would have more than " + MOST_BYTES + " characters.");
      }
      replace(path, before.replace(replacement.oldText(), replacement.newText()));
      return ToolResult.of(
          "Replaced in " + ToolPaths.shown(path) + ", counted before the edit: " + found + ".");
    } finally {
      writing.unlock();
    }
  }

  private String text(String path) throws InvalidArgumentsException {
    try {
      return PlainText.strict(sandbox.files().readBytes(path, MOST_BYTES));
    } catch (CharacterCodingException e) {
      throw new InvalidArgumentsException(
          ToolPaths.shown(path) + " is not UTF-8, so it can only be changed by a command.", e);
    }
  }

  private void replace(String path, String content) {
    WriteOptions inPlace = WriteOptions.inPlace();
    // A failed transfer then leaves the old file.
    boolean canMove = sandbox.capabilities().contains(Capability.MOVE);
    sandbox.files().write(path, Content.of(content), canMove ? inPlace.atomic() : inPlace);
  }
}
