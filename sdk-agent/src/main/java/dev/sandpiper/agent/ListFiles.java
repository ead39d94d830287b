package dev.sandpiper.agent;

import dev.sandpiper.Capability;
import dev.sandpiper.FileInfo;
import dev.sandpiper.FileType;
import dev.sandpiper.IncompleteListingException;
import dev.sandpiper.Sandbox;
import java.util.List;

/** {@code list_files}: the entries of a directory, some levels deep. */
final class ListFiles {
  private static final int ROOM_FOR_NOTES = 200;

  private final Sandbox sandbox;
  private final ToolPaths paths;
  private final ToolOptions options;

  ListFiles(Sandbox sandbox, ToolPaths paths, ToolOptions options) {
    this.sandbox = sandbox;
    this.paths = paths;
    this.options = options;
  }

  ToolResult run(Arguments arguments) throws InvalidArgumentsException {
    String directory = paths.usable(arguments.optionalText("path").orElse("."));
    int depth = (int) arguments.number("depth", 1);
    try {
      return ToolResult.of(shown(sandbox.files().list(directory, depth)));
    } catch (IncompleteListingException e) {
      return ToolResult.of(
          shown(e.entries()) + "\n[entries with names that are not UTF-8 are missing]");
    }
  }

  private String shown(List<FileInfo> entries) {
    StringBuilder text = new StringBuilder();
    int shown = 0;
    for (FileInfo entry : entries) {
      String line = line(entry);
      if (text.length() + line.length() > options.resultCharacters() - ROOM_FOR_NOTES) {
        break;
      }
      text.append(line);
      shown++;
    }
    return text
        + (shown == entries.size()
            ? "[" + shown + " entries]"
            : "[the first " + shown + " of " + entries.size() + " entries: list less, or find]");
  }

  private String line(FileInfo entry) {
    String path = PlainText.printable(entry.path(), options.resultCharacters() / 2);
    return switch (entry.type()) {
      case DIRECTORY -> path + "/\n";
      case LINK -> path + " -> " + entry.linkTarget().map(ToolPaths::shown).orElse("?") + "\n";
      case OTHER -> path + " (a pipe, a socket or a device)\n";
      case FILE, UNKNOWN -> path + size(entry) + "\n";
    };
  }

  private String size(FileInfo entry) {
    return entry.type() == FileType.FILE && sandbox.capabilities().contains(Capability.FILE_STATUS)
        ? " " + entry.size() + " bytes"
        : "";
  }
}
