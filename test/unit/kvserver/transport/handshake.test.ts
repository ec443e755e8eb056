import {
  type Hello,
  type Host,
  printable,
  readAnswer,
  readHello,
  refusalOf,
} from '@paxkv/kvserver/internal/transport/handshake';
import { expect } from 'chai';
import { clusterId, hello } from './fixtures.ts';

const host: Host = { me: 0, clusterId, nodeCount: 2, bootCount: 5 };

function refusal(changes: Partial<Hello>): string | undefined {
  const reading = readHello(hello({ bootCount: 5, ...changes }));
  if (!reading.valid) throw new Error(reading.reason);
  return refusalOf(reading.content, host);
}

describe('handshake', () => {
  it('accepts a server of the same cluster that dialled this one', () => {
    expect(refusal({})).to.equal(undefined);
    expect(refusal({ bootCount: 6 })).to.equal(undefined);
  });

  it('refuses any difference with a reason', () => {
    expect(refusal({ clusterId: 'other' })).to.equal(
      'wrong cluster: this server belongs to another one',
    );
    expect(refusal({ from: 0 })).to.equal('own id: this server is node 0 itself');
    expect(refusal({ to: 1 })).to.equal('wrong node: this is node 0, not 1');
    expect(refusal({ nodeCount: 3 })).to.equal('wrong count: this cluster has 2 nodes, not 3');
    expect(refusal({ from: 2 })).to.equal('no such node: 2');
  });

  it('refuses an older run of a server while a newer one is connected', () => {
    expect(refusal({ bootCount: 4 })).to.equal(
      'older run: boot 4 of node 1, while boot 5 is connected',
    );
  });

  it('accepts any run while no other is connected: a replaced disk restarts the count', () => {
    const reading = readHello(hello({ bootCount: 1 }));
    if (!reading.valid) throw new Error(reading.reason);
    expect(refusalOf(reading.content, { ...host, bootCount: undefined })).to.equal(undefined);
  });

  it('does not reveal the id of its cluster to other clusters', () => {
    expect(refusal({ clusterId: 'guess' })).to.not.include(clusterId);
  });

  it('refuses another format by its version, whatever else the hello contains', () => {
    const reading = readHello({ type: 'hello', formatVersion: 1, unheardOf: true });
    expect(reading).to.deep.equal({
      valid: false,
      reason: 'peer format 1 is not supported: this server uses format 6',
    });
  });

  it('refuses a hello with a field missing, of a wrong type, or unknown', () => {
    const fields = [
      'type',
      'formatVersion',
      'clusterId',
      'from',
      'to',
      'nodeCount',
      'bootCount',
    ] as const;
    expect(readHello(hello()).valid).to.equal(true);
    for (const field of fields) {
      const { [field]: _, ...rest } = hello() as Record<string, unknown>;
      expect(readHello(rest).valid, field).to.equal(false);
      for (const wrong of [null, true, -1, 0.5, Number.NaN, 2 ** 53, [], {}, 'x'.repeat(300)]) {
        expect(readHello(hello({ [field]: wrong })).valid, `${field} ${wrong}`).to.equal(false);
      }
    }
    expect(readHello({ ...hello(), extra: 1 }).valid).to.equal(false);
    for (const content of [undefined, null, 1, 'hello', [], new Date()]) {
      expect(readHello(content).valid).to.equal(false);
    }
  });

  it('reads a welcome and a refusal, and no other answer', () => {
    const refused = { type: 'refusal', reason: 'why' };
    expect(readAnswer({ type: 'welcome' })).to.deep.include({ valid: true });
    expect(readAnswer(refused)).to.deep.equal({ valid: true, content: refused });
    for (const content of [undefined, {}, { type: 'hello' }, { type: 'welcome', x: 1 }]) {
      expect(readAnswer(content).valid).to.equal(false);
    }
  });

  it('makes received text printable and short', () => {
    expect(printable('a\u001b[31m\nb é')).to.equal('a?[31m?b ?');
    expect(printable('x'.repeat(1000))).to.have.lengthOf(120);
  });
});
