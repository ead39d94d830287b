import dev.sandpiper.Command
import dev.sandpiper.ProcessEvent
import dev.sandpiper.SandboxClient
import dev.sandpiper.SandboxSpec
import dev.sandpiper.testkit.LocalSandboxes

/** A sandbox, a command, a file and a stream, with Kotlin's checks for null. */
fun run(where: String, client: SandboxClient) {
  client.create(SandboxSpec.standard()).use { sandbox ->
    sandbox.files().writeText("birds.txt", "plover\ncurlew\n")
    check(sandbox.exec("sort", "birds.txt").orThrow().outText() == "curlew\nplover\n")

    sandbox.start(Command.shell("echo one; exit 3")).use { process ->
      val seen = StringBuilder()
      process.events().use { events ->
        var event: ProcessEvent? = events.next()
        while (event != null) {
          when (event) {
            is ProcessEvent.Output -> seen.append(event.text())
            is ProcessEvent.OutputGap -> seen.append("[gap]")
            is ProcessEvent.Ended -> seen.append(event.status())
          }
          event = events.next()
        }
      }
      check(seen.toString() == "one\nexit status 3") { seen }
    }
  }
  println("the task is done: Kotlin, $where")
}

fun main() {
  LocalSandboxes.start().use { local ->
    local.e2bClient().use { run("local E2B", it) }
    local.blaxelClient().use { run("local Blaxel", it) }
  }
}
