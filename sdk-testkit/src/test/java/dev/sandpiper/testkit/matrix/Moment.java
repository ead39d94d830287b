package dev.sandpiper.testkit.matrix;

import dev.sandpiper.testkit.faults.Fault;

/** When it goes wrong. */
enum Moment {
  IN_THE_REQUEST {
    @Override
    Fault of(FaultKind kind) {
      return kind.fault().inRequest().afterBytes(60);
    }
  },
  BEFORE_THE_HEAD {
    @Override
    Fault of(FaultKind kind) {
      return kind.fault();
    }
  },
  AFTER_THE_HEAD {
    @Override
    Fault of(FaultKind kind) {
      return kind.fault().afterBodyBytes(0);
    }
  },
  INSIDE_THE_BODY {
    @Override
    Fault of(FaultKind kind) {
      return kind.fault().afterBodyBytes(7);
    }
  },
  LATE_IN_THE_BODY {
    @Override
    Fault of(FaultKind kind) {
      return kind.fault().afterBodyBytes(70);
    }
  };

  abstract Fault of(FaultKind kind);
}
