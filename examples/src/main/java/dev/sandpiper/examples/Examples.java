package dev.sandpiper.examples;

import java.lang.reflect.InvocationTargetException;
import java.util.List;

/** Runs the example that is the first argument, with the others as its arguments. */
final class Examples {
  static final List<String> NAMES =
      List.of(
          "Quickstart",
          "TerminalSession",
          "FedProcess",
          "BackgroundServer",
          "ReattachFromAnotherJvm",
          "WatchedDirectory",
          "WarmPool",
          "SignedUrl",
          "BuildInSandbox",
          "CodingAgent",
          "NotebookCells",
          "OldSession",
          "ServerThatKeepsAwake",
          "BlaxelStreaming");

  private Examples() {}

  public static void main(String[] args) throws Throwable {
    if (args.length == 0 || !NAMES.contains(args[0])) {
      System.err.println(
          "The examples are "
              + String.join(", ", NAMES)
              + (args.length == 0 ? "." : ", not " + args[0] + "."));
      System.exit(2);
    }
    String[] others = List.of(args).subList(1, args.length).toArray(String[]::new);
    try {
      Class.forName(Examples.class.getPackageName() + "." + args[0])
          .getMethod("main", String[].class)
          .invoke(null, (Object) others);
    } catch (InvocationTargetException e) {
      throw e.getCause();
    }
  }
}
