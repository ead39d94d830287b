package dev.sandpiper.pool;

/**
 * A snapshot of a pool's sandboxes, and counters since it was built.
 *
 * @param warm sandboxes ready to be leased
 * @param checking sandboxes being checked before a lease, or renewed to stay warm
 * @param leased sandboxes leased to callers
 * @param creating sandboxes being created, including the check of a new one
 * @param killing sandboxes being killed; they count towards the maximum until they are gone
 * @param waiting callers that wait for a sandbox
 * @param created sandboxes created
 * @param leases leases granted
 * @param killed sandboxes whose kill the platform confirmed
 * @param gone sandboxes that no longer existed when the pool connected to them or killed them
 * @param failedCreations failed creations, including rate-limited ones
 * @param failedChecks sandboxes that failed the check
 * @param expiredLeases leases ended by their limit
 * @param abandonedLeases leases garbage-collected without being closed
 * @param unconfirmedKills sandboxes that may run until their time to live ends, because they could
 *     not be killed or the response was lost
 * @param uncertainCreations creations that failed after the request may have been processed. The
 *     client then looked for the sandbox and deleted it; if that was not possible, the failure's
 *     message says so
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
