import { PortNetwork, seeded } from '@paxkv/simulator';
import { expect } from 'chai';

interface Note {
  readonly type: 'note';
  readonly text: string;
}

const note = (text: string): Note => ({ type: 'note', text });

describe('PortNetwork', () => {
  it(
    ...seeded('delivers a copy of each message to the port of its receiver', async (world) => {
      const network = new PortNetwork<Note>(world, 'notes');
      const got: [number, Note][] = [];
      network.port(1).open((from, message) => got.push([from, message]));
      const sent = note('hello');
      network.port(0).send(1, sent);
      network.port(0).send(2, sent);
      await world.sleep(10);
      expect(got).to.deep.equal([[0, sent]]);
      expect(got[0]?.[1]).to.not.equal(sent);
      expect(network.sentCount('note')).to.equal(2);
    }),
  );

  it(
    ...seeded('loses what is sent over a cut link or to a port that is closed', async (world) => {
      let isCut = true;
      const network = new PortNetwork<Note>(world, 'notes', { isCut: () => isCut });
      const got: string[] = [];
      const port = network.port(1);
      port.open((_, { text }) => got.push(text));
      network.port(0).send(1, note('cut'));
      isCut = false;
      network.port(0).send(1, note('whole'));
      await world.sleep(10);
      network.port(0).send(1, note('closed'));
      port.close();
      await world.sleep(10);
      expect(got).to.deep.equal(['whole']);
    }),
  );
});
