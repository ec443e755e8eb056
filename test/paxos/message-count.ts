/** P10: agreement costs few requests, and idling costs none. */
import { expect } from 'chai';
import type { LabGroup } from './lab.ts';

/** Prepare, Accept and Decided, each to the two other peers. */
const requestsMin = 2 * 3;
/** Under a leader, Accept and Decided. */
const ledRequestsMin = 2 * 2;
/** Three phases to each of three peers. */
const requestsMax = 3 * 3;
/** Three proposers that need one, two and three attempts. */
const contestedRequestsMax = 9 + 15 + 21;
const agreementCount = 5;
/** Accept, to each of the others. */
const streamedRequestsPerAgreement = 2;
const streamedCount = 200;

export const requestCount: LabGroup = {
  cluster: { peerCount: 3 },
  tests: [
    {
      title: "RPC counts aren't too high",
      async run(lab) {
        for (let seq = 0; seq < agreementCount; seq += 1) {
          lab.start(lab.leader, seq, 'x');
          await lab.waitAll(seq);
        }
        await lab.sleep(2000);
        const single = lab.requestCount();
        expect(single).to.be.at.most(agreementCount * requestsMax);
        expect(single, 'no failure, so the fewest').to.equal(
          agreementCount * (lab.isLed ? ledRequestsMin : requestsMin),
        );

        for (let seq = agreementCount; seq < 2 * agreementCount; seq += 1) {
          lab.startAll(seq, (index) => 10 * seq + index);
          await lab.waitAll(seq);
        }
        await lab.sleep(2000);
        const contested = lab.requestCount() - single;
        expect(contested).to.be.at.most(agreementCount * contestedRequestsMax);

        // A busy leader sends each of the others one Accept, which carries its notices. Only the last do not.
        if (!lab.isLed) return;
        const before = lab.requestCount();
        await lab.stream(lab.leader, { first: 2 * agreementCount, count: streamedCount, width: 4 });
        await lab.waitAll(2 * agreementCount + streamedCount - 1);
        expect(lab.requestCount() - before).to.be.within(
          streamedRequestsPerAgreement * streamedCount,
          streamedRequestsPerAgreement * (streamedCount + 4),
        );
      },
    },
  ],
};
