package dev.sandpiper.testkit.faults;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.time.Duration;
import java.util.List;
import java.util.Map;

/**
 * A fault that a {@link FaultProxy} injects into one request or its response.
 *
 * <p>By default, a fault happens when the first byte of the response has arrived: the server has
 * processed the request, and the client does not know. {@link #afterBytes}, {@link #afterBodyBytes}
 * and {@link #afterText} select a later moment, {@link #inRequest} one in the request. Each returns
 * a new fault; faults are immutable.
 */
public final class Fault {
  private static final Moment AT_ONCE = Moment.afterBytes(0);

  /**
   * What happens. The effects below {@link #ANSWER} happen to a request before the server receives
   * it.
   */
  enum Effect {
    CUT,
    RESET,
    STALL,
    HALF_OPEN,
    DRIP,
    DELAY,
    INSERT,
    RESET_STREAM,
    ANSWER,
    DUPLICATE,
    REFUSE_STREAM,
    GO_AWAY;

    boolean isDecidedByTheHead() {
      return compareTo(ANSWER) >= 0;
    }

    boolean needsHttp1() {
      return this == DUPLICATE;
    }

    boolean needsHttp2() {
      return this == RESET_STREAM || this == REFUSE_STREAM || this == GO_AWAY;
    }
  }

  /** The message that it happens to. */
  enum Side {
    REQUEST,
    RESPONSE
  }

  final Effect effect;
  final Moment moment;
  final Side side;
  final Duration pause;
  final Response response;
  final byte[] inserted;
  final int code;

  private Fault(
      Effect effect,
      Moment moment,
      Side side,
      Duration pause,
      Response response,
      byte[] inserted,
      int code) {
    this.effect = effect;
    this.moment = moment;
    this.side = side;
    this.pause = pause;
    this.response = response;
    this.inserted = inserted;
    this.code = code;
  }

  private static Fault of(Effect effect) {
    return of(effect, Duration.ZERO, Response.NONE, new byte[0], 0);
  }

  private static Fault of(
      Effect effect, Duration pause, Response response, byte[] inserted, int code) {
    return new Fault(effect, AT_ONCE, Side.RESPONSE, pause, response, inserted, code);
  }

  private Fault at(Moment other, Side otherSide) {
    if (effect.isDecidedByTheHead()) {
      throw new IllegalStateException(this + " happens before the server has the request");
    }
    return new Fault(effect, other, otherSide, pause, response, inserted, code);
  }

  /** Closes the connection on both sides. */
  public static Fault cut() {
    return of(Effect.CUT);
  }

  /** Ends the connection with a RST. */
  public static Fault reset() {
    return of(Effect.RESET);
  }

  /** Passes no more bytes of this message, and keeps the connection open. */
  public static Fault stall() {
    return of(Effect.STALL);
  }

  /**
   * Passes no more bytes on this connection in either direction, without a FIN or RST, as when a
   * router has dropped its state. Bytes that are sent are lost.
   */
  public static Fault halfOpen() {
    return of(Effect.HALF_OPEN);
  }

  /** Passes the rest of this message byte by byte, with a pause before each. */
  public static Fault drip(Duration pause) {
    return of(Effect.DRIP, notNegative(pause), Response.NONE, new byte[0], 0);
  }

  /** Passes each byte of the rest of this message by itself, without pauses. */
  public static Fault split() {
    return drip(Duration.ZERO);
  }

  /** Waits once, then passes the rest. */
  public static Fault delay(Duration pause) {
    return of(Effect.DELAY, notNegative(pause), Response.NONE, new byte[0], 0);
  }

  private static Duration notNegative(Duration pause) {
    if (!pause.isNegative()) return pause;
    throw new IllegalArgumentException("the pause is negative: " + pause);
  }

  /** Inserts text into this message that does not belong there, such as that of another stream. */
  public static Fault insert(String text) {
    return of(Effect.INSERT, Duration.ZERO, Response.NONE, text.getBytes(UTF_8), 0);
  }

  /**
   * Sends this response instead of the server's, which never receives the request.
   *
   * @param status from 200 to 599
   * @param headers without {@code Content-Length}, which is added
   */
  public static Fault answer(int status, Map<String, String> headers, String body) {
    if (status < 200 || status > 599) {
      throw new IllegalArgumentException("the status of a response is 200 to 599, not " + status);
    }
    Response response = new Response(status, Map.copyOf(headers), body);
    return of(Effect.ANSWER, Duration.ZERO, response, new byte[0], 0);
  }

  /** Sends the request to the server twice; the second response is dropped. HTTP/1.1 only. */
  public static Fault duplicate() {
    return of(Effect.DUPLICATE);
  }

  /** Refuses the request's stream, so that it was certainly not processed. HTTP/2 only. */
  public static Fault refuseStream() {
    return of(Effect.REFUSE_STREAM);
  }

  /** Resets the request's stream in its response. HTTP/2 only. */
  public static Fault resetStream(int errorCode) {
    return of(Effect.RESET_STREAM, Duration.ZERO, Response.NONE, new byte[0], errorCode);
  }

  /**
   * Announces the connection's end with a GOAWAY below the request's stream, which was certainly
   * not processed; earlier streams continue. HTTP/2 only.
   */
  public static Fault goAway() {
    return of(Effect.GO_AWAY);
  }

  /** The same fault in the request, before the server has received all of it. */
  public Fault inRequest() {
    return at(moment, Side.REQUEST);
  }

  /**
   * The same fault after this many bytes of the message. Over HTTP/1.1 that includes its head and
   * the sizes between chunks; over HTTP/2 it is the payload of its frames, including its compressed
   * head.
   */
  public Fault afterBytes(long count) {
    return at(Moment.afterBytes(count), side);
  }

  /** The same fault after this many bytes of the message's body; zero is before them. */
  public Fault afterBodyBytes(long count) {
    return at(Moment.afterBodyBytes(count), side);
  }

  /** The same fault once the message has contained this text, as ISO-8859-1. */
  public Fault afterText(String text) {
    return at(Moment.afterText(text), side);
  }

  @Override
  public String toString() {
    return effect + " in the " + side + " " + moment;
  }

  /** A response instead of the server's. */
  record Response(int status, Map<String, String> headers, String body) {
    static final Response NONE = new Response(0, Map.of(), "");

    List<Map.Entry<String, String>> lines() {
      return headers.entrySet().stream().sorted(Map.Entry.comparingByKey()).toList();
    }

    byte[] asHttp1() {
      StringBuilder head = new StringBuilder("HTTP/1.1 " + status + " Fault\r\n");
      lines().forEach(line -> head.append(line.getKey() + ": " + line.getValue() + "\r\n"));
      int length = body.getBytes(UTF_8).length;
      head.append("Content-Length: " + length + "\r\nConnection: close\r\n\r\n");
      return head.append(body).toString().getBytes(UTF_8);
    }
  }
}
