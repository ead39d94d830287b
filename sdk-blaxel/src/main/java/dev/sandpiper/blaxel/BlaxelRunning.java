package dev.sandpiper.blaxel;

import dev.sandpiper.engine.RunningCommand;

/** A command in a Blaxel sandbox, by whichever route. */
interface BlaxelRunning extends RunningCommand {

  /**
   * What the server records of it.
   *
   * @throws dev.sandpiper.NotFoundException if the server does not know it any more
   */
  ProcessDetails details();
}
