// Package readcache caches reads, so that a refresh of many objects costs few requests and many readers of one object cost one.
// It depends on the standard library alone: callers pass the functions that make the requests, and call [Sent] when a request
// leaves. Start reading at [Cache] and [Read]; [ReadOne] adds the lists.
//
// Its properties, each with the test that proves it:
//
//   - A read is never answered with something older than its context allows. An uncached read accepts only a request that was sent
//     after the read began; a cached one accepts what was read since the last invalidation, up to its maximum age. One of WithRecent
//     accepts what its caller names. (TestReadsAreNeverStale, TestUncachedReadsJoinUntilTheRequestIsSent, TestMaximumAge,
//     TestRecentAnswers)
//   - Uncached reads of one key take turns: while a request is in flight, all who ask wait for it to end, and share the next one. They
//     do not wait long for one that hangs. (TestUncachedReadsTakeTurns)
//   - Identical reads share one request in flight, and cached ones its answer or, for a minute, its failure, unless that comes from the
//     deadline of a reader. (TestCachedReadsAreOneRequest, TestFailuresAreCached, TestADeadlineIsEachReadersOwn)
//   - A write invalidates what was read before it; [Cache.Disable] does so for what is read later, until [Cache.Enable]. (TestInvalidation)
//   - A reader that leaves does not disturb the others; the last one that leaves cancels the request, and nothing of it is left.
//     (TestAReaderLeaves, TestTheLastReaderCancelsTheRequest, TestSoak)
//   - Reading objects by their IDs never costs more than twice the requests of the optimum, and one more where the list has several
//     pages. (TestReadsCostAtMostTwiceTheOptimum)
//
// The last one is the rent-or-buy argument. An object can be read by itself, or with a page of the list: the first is cheaper for
// few objects, the second for many, and the cache cannot know how many are still to come. So it reads objects one by one until
// that has cost as many requests as the list is estimated to have pages, and reads pages from then on. Until that moment it has
// spent no more than the optimum, which is the smaller of the two; afterwards at most the price of the list is added. The one more
// request may be needed to find an object both ways: an entry of a list is used only after a comparison with a single read.
package readcache
