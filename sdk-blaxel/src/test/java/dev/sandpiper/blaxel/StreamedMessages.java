package dev.sandpiper.blaxel;

import com.fasterxml.jackson.databind.node.TextNode;
import dev.sandpiper.ExecResult;

/** What the server answers and streams of a process in more than one test. */
final class StreamedMessages {
  static final String NDJSON = "application/x-ndjson";
  static final String START = "POST /sbx/process";
  static final String LOOK = "GET /sbx/process/*";

  /** From one place where a stream is cut to the next; every fifth is in its every part. */
  static final int STEP = Boolean.getBoolean("sandpiper.exhaustive") ? 1 : 5;

  private StreamedMessages() {}

  static String record(String status, String completedAt, int exitCode) {
    return """
        {"pid":"17","name":"p","command":"true","status":"%s",\
        "startedAt":"Fri, 20 Nov 2026 17:33:43 GMT","completedAt":"%s","exitCode":%d,\
        "workingDir":"/w","logs":"ab","stdout":"a","stderr":"b","restartOnFailure":false,\
        "maxRestarts":0,"restartCount":0,"keepAlive":false}"""
        .formatted(status, completedAt, exitCode);
  }

  static String ended(int exitCode) {
    String status = exitCode == 0 ? "completed" : "failed";
    return record(status, "Fri, 20 Nov 2026 17:33:44 GMT", exitCode);
  }

  static String running() {
    return record("running", "", 0);
  }

  /** A result as the server sends it: the record encoded once more. */
  static String result(int exitCode) {
    return "{\"type\":\"result\",\"data\":" + TextNode.valueOf(ended(exitCode)) + "}\n";
  }

  static String stdout(String text) {
    return "{\"type\":\"stdout\",\"data\":" + TextNode.valueOf(text) + "}\n";
  }

  static ExecResult exec(ScriptedBlaxel blaxel, String stream) {
    blaxel.on(START, ScriptedBlaxel.stream(NDJSON, stream));
    return blaxel.sandbox().exec("true");
  }
}
