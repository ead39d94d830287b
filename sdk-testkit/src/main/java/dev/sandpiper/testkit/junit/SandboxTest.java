package dev.sandpiper.testkit.junit;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Inherited;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * Gives the tests of a class local sandboxes as parameters: {@link dev.sandpiper.Sandbox}, {@link
 * dev.sandpiper.SandboxClient} and {@link dev.sandpiper.testkit.LocalSandboxes}.
 *
 * <pre>{@code
 * @SandboxTest
 * class WordCountTest {
 *   @Test
 *   void countsTheWordsOfAFile(Sandbox sandbox) {
 *     sandbox.files().writeText("poem.txt", "so much depends");
 *     assertEquals(3, new WordCount(sandbox).of("poem.txt"));
 *   }
 * }
 * }</pre>
 *
 * <p>Each test has a sandbox of its own, which is killed after it; all tests of a class share the
 * servers and the client. A test fails if it leaves resources open that it opened through its
 * parameters: a running process, a stream of a file, a watch, a created sandbox. The message says
 * where each of them was opened. {@link WithFault} injects connection faults. The commands run on
 * this machine, without isolation, see {@link dev.sandpiper.testkit.LocalSandboxes}. Constructor
 * parameters are not supported.
 */
@Documented
@Inherited
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.TYPE)
@SuppressWarnings("exports") // only JUnit uses the extension
@ExtendWith(SandboxExtension.class)
public @interface SandboxTest {
  /** The platform whose wire format is used, or the fake. */
  LocalPlatform value() default LocalPlatform.E2B;

  /** Whether all tests of the class, and {@code @BeforeAll}, have the same sandbox. */
  boolean shared() default false;
}
