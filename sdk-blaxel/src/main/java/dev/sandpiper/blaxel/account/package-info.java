/** Credentials, tokens and the control plane of an account. */
@NullMarked
package dev.sandpiper.blaxel.account;

import org.jspecify.annotations.NullMarked;
