/** Tests what a place knows of its history. */
import { expect } from 'chai';
import { Place } from './place.ts';

function newPlace(parent?: Place): Place {
  const origin = parent && { kept: parent.kept, place: parent };
  return new Place({ name: 'b1', addresses: ['h:1'], incarnation: 'x'.repeat(22), origin });
}

describe('a place', () => {
  it('knows which appends were acknowledged', () => {
    const place = newPlace();
    const client = place.recorder.client();
    client.append('k', 'b1.1 ').ok({ revision: 1, length: 5 });
    client.append('k', 'b1.2 ').fail('KV_WRONG_CLUSTER');
    client.append('k', 'b1.3 ').info('KV_TIMEOUT');
    client.get('k').ok({ value: 'b1.1 ', revision: 1 });
    expect(place.kept).to.deep.equal([{ key: 'k', element: 'b1.1' }]);
  });

  it('finds calls that were made after its end and answered, but for those that read its remains', () => {
    const place = newPlace();
    const [early, late, refused] = [0, 1, 2].map(() => place.recorder.client());
    const before = early?.append('k', 'b1.1 ');
    place.end();
    before?.ok({ revision: 1, length: 5 });
    refused?.append('k', 'b1.2 ').fail('KV_WRONG_CLUSTER');
    place.recorder.client({ node: 0 }).get('k').ok({ value: 'b1.1 ', revision: 1 });
    expect(place.answeredAfterEnd).to.be.empty;
    late?.append('k', 'b1.3 ').ok({ revision: 2, length: 10 });
    expect(place.answeredAfterEnd).to.have.length(1);
  });

  it('descends from the places from whose backups it came, directly or not', () => {
    const [first, other] = [newPlace(), newPlace()];
    const third = newPlace(newPlace(first));
    expect(third.descendsFrom(first)).to.equal(true);
    expect(third.descendsFrom(other)).to.equal(false);
    expect(first.descendsFrom(first)).to.equal(false);
  });

  it('gives every element once, with its own name', () => {
    const place = newPlace();
    expect([place.nextElement(), place.nextElement()]).to.deep.equal(['b1.1 ', 'b1.2 ']);
  });
});
