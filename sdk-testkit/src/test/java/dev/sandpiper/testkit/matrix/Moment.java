package dev.sandpiper.testkit.matrix;

import dev.sandpiper.testkit.faults.Fault;
import dev.sandpiper.testkit.matrix.FaultKind.Group;
import dev.sandpiper.testkit.matrix.Request.Answer;

/** When it goes wrong. */
enum Moment {
  IN_THE_REQUEST,
  IN_THE_BODY_OF_THE_REQUEST,
  BEFORE_THE_HEAD,
  AFTER_THE_HEAD,
  INSIDE_A_FRAME,
  BETWEEN_FRAMES,
  AFTER_THE_END_EVENT,
  BEFORE_THE_END_OF_STREAM;

  private static final int MIDDLE_OF_A_FILE = 20_000;

  boolean isInTheRequest() {
    return compareTo(BEFORE_THE_HEAD) < 0;
  }

  boolean isBehindTheEnd() {
    return compareTo(AFTER_THE_END_EVENT) >= 0;
  }

  Fault of(Row row, Request request, FaultKind kind) {
    Fault fault = kind.fault();
    return switch (this) {
      case IN_THE_REQUEST -> fault.inRequest().afterBytes(60);
      case IN_THE_BODY_OF_THE_REQUEST -> fault.inRequest().afterBodyBytes(2);
      case BEFORE_THE_HEAD -> fault;
      case AFTER_THE_HEAD -> fault.afterBodyBytes(0);
      case INSIDE_A_FRAME -> fault.afterBodyBytes(7);
      case BETWEEN_FRAMES ->
          request.answer() == Answer.FILE
              ? fault.afterBodyBytes(MIDDLE_OF_A_FILE)
              : fault.afterText(firstOutput(row));
      case AFTER_THE_END_EVENT -> fault.afterText(end(row));
      case BEFORE_THE_END_OF_STREAM -> fault.afterText("\u0002\0\0\0"); // its flags and length
    };
  }

  /** How the frame of {@code printf out} ends. */
  private static String firstOutput(Row row) {
    if (row.isStreamed()) return "\"data\":\"out\"}\n";
    return row.isJson() ? "b3V0\"}}}" : "\u0003out";
  }

  /** How the event of {@code exit 3} ends. */
  private static String end(Row row) {
    if (row.isStreamed()) return "\\\"keepAlive\\\":false}\"}\n";
    return row.isJson() ? "\"error\":\"exit status 3\"}}}" : "\"\rexit status 3";
  }

  boolean isPossible(Row row, Request request, FaultKind kind) {
    if (kind.hasOneMoment()) return this == BEFORE_THE_HEAD;
    if (kind.group() == Group.FOREIGN_TEXT && !canBeTold(request)) return false;
    return switch (this) {
      case IN_THE_REQUEST, BEFORE_THE_HEAD -> true;
      case IN_THE_BODY_OF_THE_REQUEST -> request.hasBody();
      // Who has the head of an empty response has all of it.
      case AFTER_THE_HEAD, INSIDE_A_FRAME -> request.answer() != Answer.EMPTY;
      case BETWEEN_FRAMES -> request.answer() == Answer.FILE || request.answer() == Answer.EVENTS;
      case AFTER_THE_END_EVENT -> request.answer() == Answer.EVENTS;
      case BEFORE_THE_END_OF_STREAM -> request.answer() == Answer.EVENTS && !row.isBlaxel();
    };
  }

  /** A file can hold every text. */
  private boolean canBeTold(Request request) {
    return !isInTheRequest() && request.answer() != Answer.FILE;
  }
}
