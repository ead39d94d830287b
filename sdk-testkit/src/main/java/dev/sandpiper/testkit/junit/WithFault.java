package dev.sandpiper.testkit.junit;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Inherited;
import java.lang.annotation.Repeatable;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * Injects a fault into one request that a test of a {@link SandboxTest} class sends through its
 * sandbox or client parameter, including its {@code @BeforeEach} methods. On a class, it applies to
 * each of its tests.
 *
 * <pre>
 * &#64;Test
 * &#64;WithFault(value = FaultType.CUT, request = "GET /files", afterBodyBytes = 10_000)
 * void aDownloadThatBreaksIsTakenUpAgain(Sandbox sandbox) {
 * </pre>
 *
 * <p>A fault that was never injected fails the test. On Blaxel, where each sandbox has an address
 * of its own, only requests to the sandbox of the test's parameter pass. Faults need a connection,
 * so {@link LocalPlatform#FAKE} does not support them; script it with {@code failNext}.
 */
@Documented
@Inherited
@Retention(RetentionPolicy.RUNTIME)
@Target({ElementType.METHOD, ElementType.TYPE})
@Repeatable(WithFault.Several.class)
public @interface WithFault {
  /** What happens. */
  FaultType value();

  /** A text in the head of the request, for instance {@code POST /process}. */
  String request() default "";

  /** Which of these requests has the fault: 1 for the first. */
  int occurrence() default 1;

  /** Whether all of these requests have the fault; {@link #occurrence} is then ignored. */
  boolean every() default false;

  /** Whether the request is sent to the platform's control plane instead of the sandbox. */
  boolean controlPlane() default false;

  /** Whether it happens in the request, before the server has all of it, or in the response. */
  boolean inRequest() default false;

  /** After how many bytes of the message, including its head; negative for no such condition. */
  long afterBytes() default -1;

  /** After how many bytes of the message's body; negative for no such condition. */
  long afterBodyBytes() default -1;

  /** After which text of the message; empty for none. */
  String afterText() default "";

  /** The pause of {@link FaultType#DRIP} and {@link FaultType#DELAY}, which needs one, in ms. */
  long pauseMillis() default 0;

  /** The status of {@link FaultType#ANSWER}. */
  int status() default 503;

  /** The headers of {@link FaultType#ANSWER}, each as {@code Name: value}. */
  String[] headers() default {};

  /** The body of {@link FaultType#ANSWER}. */
  String body() default "";

  /** Several faults. */
  @Documented
  @Inherited
  @Retention(RetentionPolicy.RUNTIME)
  @Target({ElementType.METHOD, ElementType.TYPE})
  @interface Several {
    /** The faults, in order. */
    WithFault[] value();
  }
}
