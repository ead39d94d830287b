package dev.sandpiper.testkit.matrix;

/**
 * One thing to try.
 *
 * @param request the how many-th request of the operation it is that goes wrong, from zero
 */
record Cell(
    Row row, Operation operation, FaultKind fault, Moment moment, int request, Ending ending) {
  static final int REQUESTS = 3;

  /** Who ends the call. */
  enum Ending {
    ITSELF,
    AN_INTERRUPT
  }

  boolean isPossible() {
    return (row.speaksHttp2() || !fault.isOfHttp2())
        && (!fault.isBeforeTheServer() || moment == Moment.BEFORE_THE_HEAD);
  }

  Object[] values() {
    return new Object[] {row, operation, fault, moment, request, ending};
  }
}
