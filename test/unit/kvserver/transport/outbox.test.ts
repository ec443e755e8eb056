import { Outbox, type Sink } from '@paxkv/kvserver/internal/transport/outbox';
import { expect } from 'chai';

const limits = { queueBytesMax: 100, frameBytesMax: 50 };
const turn = () => new Promise((resolve) => setImmediate(resolve));

function make() {
  const sent: string[] = [];
  const wire: { -readonly [Key in keyof Sink]: Sink[Key] } = {
    queuedBytes: 0,
    sendMessages: (parts) => {
      sent.push(String(Buffer.concat(parts)));
    },
  };
  return { sent, wire };
}

describe('Outbox', () => {
  it('sends the messages of one turn as one frame, in order, and those of the next as another', async () => {
    const { sent, wire } = make();
    const outbox = new Outbox(wire, limits);
    for (const message of ['a', 'b', 'c']) outbox.add([Buffer.from(message)]);
    expect(sent).to.deep.equal([]);
    await turn();
    outbox.add([Buffer.from('d')]);
    await turn();
    await turn();
    expect(sent).to.deep.equal(['abc', 'd']);
  });

  it('sends at once when it is flushed, and nothing twice', async () => {
    const { sent, wire } = make();
    const outbox = new Outbox(wire, limits);
    for (const message of ['a', 'b']) outbox.add([Buffer.from(message)]);
    outbox.flush();
    expect(sent).to.deep.equal(['ab']);
    outbox.add([Buffer.from('c')]);
    outbox.flush();
    outbox.flush();
    await turn();
    expect(sent).to.deep.equal(['ab', 'c']);
  });

  it('begins another frame before one grows over its limit', async () => {
    const { sent, wire } = make();
    const outbox = new Outbox(wire, limits);
    for (const letter of ['a', 'b', 'c', 'd', 'e']) outbox.add([Buffer.alloc(20, letter)]);
    await turn();
    expect(sent.map((frame) => frame.length)).to.deep.equal([40, 40, 20]);
    expect(sent.join('')).to.match(/^a{20}b{20}c{20}d{20}e{20}$/);
  });

  it('begins another frame after 1,024 messages', async () => {
    const { sent, wire } = make();
    const outbox = new Outbox(wire, { queueBytesMax: 10_000, frameBytesMax: 10_000 });
    for (let count = 0; count < 1025; count += 1) outbox.add([Buffer.from('a')]);
    await turn();
    expect(sent.map((frame) => frame.length)).to.deep.equal([1024, 1]);
    for (let count = 0; count < 1025; count += 1) outbox.add([Buffer.from('a'), Buffer.from('b')]);
    await turn();
    expect(sent.map((frame) => frame.length)).to.deep.equal([1024, 1, 2048, 2]);
  });

  it('keeps the pieces of a message together, and counts all of them', async () => {
    const { sent, wire } = make();
    const outbox = new Outbox(wire, limits);
    for (const letter of ['a', 'b']) {
      outbox.add([Buffer.alloc(1, letter), Buffer.alloc(20), Buffer.alloc(5, letter)]);
    }
    await turn();
    expect(sent.map((frame) => frame.replaceAll('\0', ''))).to.deep.equal(['aaaaaa', 'bbbbbb']);
    for (let count = 0; count < 3; count += 1) outbox.add([Buffer.alloc(1), Buffer.alloc(50)]);
    expect(outbox.add([Buffer.alloc(1)])).to.equal(true);
    wire.queuedBytes = 99;
    expect(outbox.add([Buffer.alloc(1)])).to.equal(true);
    expect(outbox.add([Buffer.alloc(1)])).to.equal(false);
  });

  it("drops messages when its queue and the socket's are full together", async () => {
    const { sent, wire } = make();
    const outbox = new Outbox(wire, { ...limits, frameBytesMax: 1000 });
    expect(outbox.add([Buffer.alloc(101)])).to.equal(true);
    expect(outbox.add([Buffer.alloc(1)])).to.equal(false);
    await turn();
    expect(sent.map((frame) => frame.length)).to.deep.equal([101]);
    wire.queuedBytes = 101;
    expect(outbox.add([Buffer.alloc(1)])).to.equal(false);
    wire.queuedBytes = 100;
    expect(outbox.add([Buffer.alloc(1)])).to.equal(true);
  });
});
