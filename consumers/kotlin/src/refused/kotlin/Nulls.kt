import dev.sandpiper.EventStream
import dev.sandpiper.ProcessEvent
import dev.sandpiper.Sandbox

/** Must not compile: the API says where null is, and where it is not. */
fun nullForAText(sandbox: Sandbox) = sandbox.files().writeText("a", null)

fun nullAsAnEvent(events: EventStream<ProcessEvent>): ProcessEvent = events.next()
