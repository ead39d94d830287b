package dev.sandpiper.pool;

/**
 * What a pool holds at one moment, and what it has done since it was built.
 *
 * @param warm ready to be leased
 * @param checking being checked or prolonged, so as to be leased or to stay warm
 * @param leased in the hands of callers
 * @param creating being created, which includes the check of a new one
 * @param killing on their way out; they count towards the maximum until they are gone
 * @param waiting callers that wait for a sandbox
 * @param created sandboxes that were created
 * @param leases how often one was handed out
 * @param killed sandboxes that the platform has confirmed to be killed
 * @param gone sandboxes that were no longer there when the pool asked for them or killed them
 * @param failedCreations creations that failed, refusals for the rate of requests included
 * @param failedChecks sandboxes that did not pass the check
 * @param expiredLeases leases that were ended by their limit
 * @param abandonedLeases leases that became garbage unclosed
 * @param unconfirmedKills sandboxes that may live on until their time is over, because they could
 *     not be killed, or the answer did not come
 * @param uncertainCreations creations that failed after the request may have been processed. The
 *     client has then looked for the sandbox and deleted it; the failure's message says so where
 *     that was not possible
 */
public record PoolCounts(
    int warm,
    int checking,
    int leased,
    int creating,
    int killing,
    int waiting,
    long created,
    long leases,
    long killed,
    long gone,
    long failedCreations,
    long failedChecks,
    long expiredLeases,
    long abandonedLeases,
    long unconfirmedKills,
    long uncertainCreations) {}
