package dev.sandpiper.testkit.junit;

import dev.sandpiper.testkit.faults.Fault;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;

/** What {@link WithFault} injects; {@link Fault} describes each. */
public enum FaultType {
  /** {@link Fault#cut}. */
  CUT {
    @Override
    Fault fault(WithFault with) {
      return Fault.cut();
    }
  },
  /** {@link Fault#reset}. */
  RESET {
    @Override
    Fault fault(WithFault with) {
      return Fault.reset();
    }
  },
  /** {@link Fault#stall}. */
  STALL {
    @Override
    Fault fault(WithFault with) {
      return Fault.stall();
    }
  },
  /** {@link Fault#halfOpen}. */
  HALF_OPEN {
    @Override
    Fault fault(WithFault with) {
      return Fault.halfOpen();
    }
  },
  /** {@link Fault#drip}, with {@link WithFault#pauseMillis}. */
  DRIP {
    @Override
    Fault fault(WithFault with) {
      return Fault.drip(Duration.ofMillis(with.pauseMillis()));
    }
  },
  /** {@link Fault#delay}, with {@link WithFault#pauseMillis}. */
  DELAY {
    @Override
    Fault fault(WithFault with) {
      return Fault.delay(Duration.ofMillis(with.pauseMillis()));
    }
  },
  /** {@link Fault#duplicate}. */
  DUPLICATE {
    @Override
    Fault fault(WithFault with) {
      return Fault.duplicate();
    }
  },
  /**
   * {@link Fault#answer}, with {@link WithFault#status}, {@link WithFault#headers} and {@link
   * WithFault#body}.
   */
  ANSWER {
    @Override
    Fault fault(WithFault with) {
      Map<String, String> headers = new LinkedHashMap<>();
      for (String header : with.headers()) {
        String[] parts = header.split(": *", 2);
        if (parts.length < 2) {
          throw new IllegalArgumentException("a header is written \"Name: value\", not " + header);
        }
        headers.put(parts[0], parts[1]);
      }
      return Fault.answer(with.status(), headers, with.body());
    }
  };

  abstract Fault fault(WithFault with);
}
