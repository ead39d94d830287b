package dev.sandpiper.testkit.matrix;

import dev.sandpiper.testkit.matrix.FaultKind.Group;
import dev.sandpiper.testkit.matrix.Request.Answer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** One thing to try. */
record Cell(
    Row row, Operation operation, Request request, FaultKind fault, Moment moment, Ending ending) {

  /** Those that can be. */
  static List<Cell> all() {
    List<Cell> cells = new ArrayList<>();
    for (Row row : Row.values()) {
      for (Operation operation : Operation.all()) {
        for (Request request : operation.requests(row)) {
          for (FaultKind fault : FaultKind.values()) {
            for (Moment moment : Moment.values()) {
              for (Ending ending : Ending.values()) {
                Cell cell = new Cell(row, operation, request, fault, moment, ending);
                if (cell.isPossible()) cells.add(cell);
              }
            }
          }
        }
      }
    }
    return cells;
  }

  private boolean isPossible() {
    return operation.isPossibleOn(row)
        && fault.isPossibleOn(row)
        && moment.isPossible(row, request, fault)
        && (!fault.isOfTheServer() || request.equals(operation.requests(row).get(0)))
        && canEnd();
  }

  private boolean canEnd() {
    boolean isShort = request.answer() != Answer.FILE && request.answer() != Answer.EVENTS;
    return switch (ending) {
      case ITSELF ->
          fault != FaultKind.DRIP
              || moment == Moment.BEFORE_THE_HEAD
              || (isShort && !moment.isInTheRequest()); // a long message would drip for hours
      case AN_INTERRUPT, CLOSE -> fault.holds();
      case CANCELLED_FUTURE -> isHeldCommand() && operation == ProcessOperation.EXEC;
      case DEADLINE -> isHeldCommand();
    };
  }

  private boolean isHeldCommand() {
    return fault.holds()
        && !row.isStreamed()
        && !moment.isBehindTheEnd()
        && (operation == ProcessOperation.EXEC || operation == ProcessOperation.FOLLOW);
  }

  /** Whether the fault leaves a way to the server, on which a command can be stopped. */
  boolean leavesAWay() {
    boolean isOfTheConnection = fault == FaultKind.HALF_OPEN || fault == FaultKind.DRIP;
    return fault != FaultKind.FROZEN && !(isOfTheConnection && row.speaksHttp2());
  }

  /** The limits of the client: short where silence has to meet them, else out of the way. */
  Duration limit() {
    boolean isMet = fault.holds() || fault.group() == Group.TOKEN_STALLS;
    return Duration.ofSeconds(isMet && ending == Ending.ITSELF ? 4 : 30);
  }

  @Override
  public String toString() {
    return String.join(
        " ",
        row.name(),
        operation.name(),
        request.text().strip(),
        fault.name(),
        moment.name(),
        ending.name());
  }
}
