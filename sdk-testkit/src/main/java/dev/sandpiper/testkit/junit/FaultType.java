package dev.sandpiper.testkit.junit;

import dev.sandpiper.testkit.faults.Fault;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import org.junit.jupiter.api.extension.ExtensionConfigurationException;

/** The faults that {@link WithFault} can inject; {@link Fault} describes each. */
public enum FaultType {
  /** {@link Fault#cut}. */
  CUT,
  /** {@link Fault#reset}. */
  RESET,
  /** {@link Fault#stall}. */
  STALL,
  /** {@link Fault#halfOpen}. */
  HALF_OPEN,
  /** {@link Fault#drip}, with {@link WithFault#pauseMillis}; zero is {@link Fault#split}. */
  DRIP,
  /** {@link Fault#delay}, with {@link WithFault#pauseMillis}, which it needs. */
  DELAY,
  /** {@link Fault#duplicate}. */
  DUPLICATE,
  /**
   * {@link Fault#answer}, with {@link WithFault#status}, {@link WithFault#headers} and {@link
   * WithFault#body}.
   */
  ANSWER;

  Fault fault(WithFault with) {
    return switch (this) {
      case CUT -> Fault.cut();
      case RESET -> Fault.reset();
      case STALL -> Fault.stall();
      case HALF_OPEN -> Fault.halfOpen();
      case DRIP -> Fault.drip(Duration.ofMillis(with.pauseMillis()));
      case DELAY -> Fault.delay(pause(with));
      case DUPLICATE -> Fault.duplicate();
      case ANSWER -> Fault.answer(with.status(), headers(with), with.body());
    };
  }

  private static Duration pause(WithFault with) {
    if (with.pauseMillis() > 0) return Duration.ofMillis(with.pauseMillis());
    throw new ExtensionConfigurationException(
        "@WithFault(FaultType.DELAY) needs pauseMillis, a pause above zero; it was "
            + with.pauseMillis());
  }

  private static Map<String, String> headers(WithFault with) {
    Map<String, String> headers = new LinkedHashMap<>();
    for (String header : with.headers()) {
      String[] parts = header.split(": *", 2);
      if (parts.length < 2) {
        throw new IllegalArgumentException("a header is written \"Name: value\", not " + header);
      }
      headers.put(parts[0], parts[1]);
    }
    return headers;
  }
}
