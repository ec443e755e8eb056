import { urgentForm } from '@paxkv/kvserver/internal/transport/urgent-messages';
import { expect } from 'chai';
import { samples } from './samples.ts';

describe('urgentForm', () => {
  it('lets those messages go ahead by which a leader stays one', () => {
    const types = samples.map(({ message }) => urgentForm(message)?.type).filter(Boolean);
    expect([...new Set(types)]).to.have.members([
      ...['preVote', 'preVoteGranted', 'prepareLog', 'logRejected'],
      ...['heartbeat', 'heartbeatAck', 'transferLeadership'],
    ]);
  });

  it('names no decisions ahead of the messages that announce them', () => {
    for (const { message } of samples) {
      const form = urgentForm(message);
      if (form?.type === 'heartbeat') expect(form).to.have.all.keys('type', 'ballot');
      else if (form !== undefined) expect(form).to.equal(message);
    }
  });
});
