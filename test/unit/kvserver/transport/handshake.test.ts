import {
  formats,
  type Hello,
  type Host,
  levelRefusalOf,
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

  it('refuses a server without a common format, whatever else the hello contains', () => {
    const { min, max } = formats;
    const beyond = { type: 'hello', formatVersionMin: max + 1, formatVersion: max + 3 };
    expect(readHello({ ...beyond, unheardOf: true })).to.deep.equal({
      valid: false,
      reason: `no common peer format: ${max + 1} to ${max + 3} there, ${max} here; upgrade by way of a version in between`,
    });
    expect(readHello(hello({ formatVersionMin: max, formatVersion: max + 3 })).valid).to.equal(
      true,
    );
    expect(readHello(hello({ formatVersionMin: 1, formatVersion: min })).valid).to.equal(true);
    expect(readHello(hello({ formatVersionMin: 1, formatVersion: min - 1 })).valid).to.equal(false);
  });

  it('tells the versions that negotiate no format how to upgrade', () => {
    const fields = { clusterId, from: 1, to: 0, nodeCount: 2, bootCount: 5 };
    expect(readHello({ type: 'hello', formatVersion: 5, ...fields })).to.deep.equal({
      valid: false,
      reason:
        'no common peer format: 5 there, 6 here; stop all servers, then start all with the newer version',
    });
  });

  it('refuses a server that cannot run at the feature level, and tells it the level', () => {
    const reading = readHello(hello({ levels: { lowest: 1, highest: 2, raiseMax: 2 } }));
    if (!reading.valid) throw new Error(reading.reason);
    expect(levelRefusalOf(reading.content, 2)).to.equal(undefined);
    const refused = levelRefusalOf(reading.content, 3);
    expect(refused).to.include({ type: 'refusal', level: 3 });
    expect(refused?.reason).to.include('feature level 3, and this version supports levels 1 to 2');
    expect(readAnswer(refused)).to.deep.equal({ valid: true, content: refused });
  });

  it('refuses a hello with a field missing or of a wrong type, and ignores fields of a newer version', () => {
    const fields = [
      'type',
      'formatVersion',
      'clusterId',
      'from',
      'to',
      'nodeCount',
      'bootCount',
      'level',
      'levels',
    ] as const;
    expect(readHello(hello()).valid).to.equal(true);
    for (const field of fields) {
      const { [field]: _, ...rest } = hello() as unknown as Record<string, unknown>;
      expect(readHello(rest).valid, field).to.equal(false);
      for (const wrong of [null, true, -1, 0.5, Number.NaN, 2 ** 53, [], {}, 'x'.repeat(300)]) {
        expect(readHello(hello({ [field]: wrong })).valid, `${field} ${wrong}`).to.equal(false);
      }
    }
    expect(readHello({ ...hello(), extra: 1 })).to.deep.equal(readHello(hello()));
    for (const content of [undefined, null, 1, 'hello', [], new Date()]) {
      expect(readHello(content).valid).to.equal(false);
    }
  });

  it('reads a welcome and a refusal, and no other answer', () => {
    const refused = { type: 'refusal', reason: 'why' };
    const welcome = { type: 'welcome', formatVersion: 6 };
    expect(readAnswer(welcome)).to.deep.equal({ valid: true, content: welcome });
    expect(readAnswer({ ...welcome, extra: 1 })).to.deep.equal(readAnswer(welcome));
    expect(readAnswer(refused)).to.deep.equal({ valid: true, content: refused });
    for (const content of [undefined, {}, { type: 'hello' }, { type: 'welcome' }]) {
      expect(readAnswer(content).valid).to.equal(false);
    }
  });
});
